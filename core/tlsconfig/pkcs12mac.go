package tlsconfig

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/artstore/ingester/core"
)

// authenticated returns the file p, which has no MAC, with one (PBMAC1, RFC 9579). The
// library uses a passphrase only for files with a MAC, although decryption doesn't
// depend on it.
func (p pfx) authenticated(passphrase core.Secret) ([]byte, error) {
	content, err := p.content()
	if err != nil {
		return nil, err
	}
	hmacSHA256 := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}}
	const length = sha256.Size
	salt := make([]byte, 8) // the salt protects nothing, as the file came without a MAC
	kdf, err := algorithmOf(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}, struct {
		Salt       []byte
		Iterations int
		Length     int
		PRF        pkix.AlgorithmIdentifier
	}{salt, 1, length, hmacSHA256})
	if err != nil {
		return nil, err
	}
	pbmac1, err := algorithmOf(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}, struct{ KDF, MAC pkix.AlgorithmIdentifier }{kdf, hmacSHA256})
	if err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(sha256.New, passphrase.Reveal(), salt, 1, length)
	if err != nil {
		return nil, err
	}
	sum := hmac.New(sha256.New, key)
	sum.Write(content)
	type digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Sum       []byte
	}
	type macData struct {
		MAC  digest
		Salt []byte
	}
	return asn1.Marshal(struct {
		Version  int
		AuthSafe asn1.RawValue
		MAC      macData
	}{p.Version, p.AuthSafe, macData{digest{pbmac1, sum.Sum(nil)}, salt}})
}

// content returns the bytes that the MAC covers.
func (p pfx) content() ([]byte, error) {
	var safe struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"tag:0,explicit"`
	}
	_, err := asn1.Unmarshal(p.AuthSafe.FullBytes, &safe)
	return safe.Content, err
}

func algorithmOf(id asn1.ObjectIdentifier, params any) (pkix.AlgorithmIdentifier, error) {
	der, err := asn1.Marshal(params)
	return pkix.AlgorithmIdentifier{Algorithm: id, Parameters: asn1.RawValue{FullBytes: der}}, err
}

// encryptedPKCS12 reports whether a file has something that needs a passphrase:
// encryptedData (RFC 2315) or a shrouded key (RFC 7292).
func encryptedPKCS12(data []byte) bool {
	return bytes.Contains(data, []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06")) ||
		bytes.Contains(data, []byte("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"))
}
