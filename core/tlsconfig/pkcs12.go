package tlsconfig

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
)

// readPKCS12 reads a PKCS#12 file (RFC 7292), the old ones (RC2, 3DES, SHA-1)
// as well as the new (PBES2, SHA-256, PBMAC1).
func readPKCS12(path string, passphrase core.Secret) (material, error) {
	m := material{path: path}
	data, err := readFile(path)
	if err != nil {
		return m, err
	}
	m.certs, m.keys, err = decodePKCS12(path, data, passphrase)
	return m, err
}

func decodePKCS12(path string, data []byte, passphrase core.Secret) ([]*x509.Certificate, []crypto.Signer, error) {
	if isPEM(data) || !isPKCS12(data) {
		return nil, nil, fileError(core.CodeCertificateUnreadable, path, "is not a PKCS#12 file", nil)
	}
	if excessiveMAC(data) {
		return nil, nil, unsupportedPKCS12(path, nil)
	}
	key, leaf, chain, err := pkcs12.DecodeChain(data, passphrase.Reveal())
	var unsupported pkcs12.NotImplementedError
	switch {
	case errors.As(err, &unsupported):
		return nil, nil, unsupportedPKCS12(path, err)
	case errors.Is(err, pkcs12.ErrIncorrectPassword) && passphrase.IsZero():
		return nil, nil, fileError(core.CodePassphraseMissing, path, problemPassphraseMissing, nil)
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		return nil, nil, fileError(core.CodePassphraseWrong, path, problemPassphraseWrong, nil)
	case err != nil:
		return nil, nil, fileError(core.CodeCertificateUnreadable, path, "is damaged, or does not hold one private key and its certificate", err)
	}
	s, err := signer(path, key)
	if err != nil {
		return nil, nil, err
	}
	return append([]*x509.Certificate{leaf}, chain...), []crypto.Signer{s}, nil
}

func unsupportedPKCS12(path string, cause error) *core.Error {
	return fileError(core.CodeKeyUnsupported, path, "is protected in a way that is not supported; export it again with: openssl pkcs12 -export", cause)
}

// excessiveMAC reports whether checking the passphrase would take minutes.
func excessiveMAC(data []byte) bool {
	var pfx struct {
		Version  int
		AuthSafe asn1.RawValue
		MAC      struct {
			Digest     asn1.RawValue
			Salt       []byte
			Iterations int `asn1:"optional,default:1"`
		} `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(data, &pfx); err != nil {
		return false // the library says what is wrong
	}
	return pfx.MAC.Iterations > maxIterations
}
