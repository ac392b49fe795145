package tlsconfig

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"strings"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/artstore/ingester/core"
)

// readPKCS12 reads a PKCS#12 file (RFC 7292) with old algorithms (RC2, 3DES, SHA-1) or
// new ones (PBES2, SHA-256, PBMAC1).
func readPKCS12(path string, passphrase core.Secret) (material, error) {
	m := material{path: path}
	data, err := readFile(path)
	if err != nil {
		return m, err
	}
	return decodePKCS12(m, data, passphrase)
}

func decodePKCS12(m material, data []byte, passphrase core.Secret) (material, error) {
	var pfx pfx
	rest, err := asn1.Unmarshal(data, &pfx)
	switch {
	case bytes.HasPrefix(data, []byte{0x30, 0x80}), err == nil && excessive(data, maxIterations, maxNesting):
		// BER with indefinite lengths has to be converted by OpenSSL.
		return m, unsupportedPKCS12(m.path, nil)
	case isJKS(data):
		return m, fileError(core.CodeKeyUnsupported, m.path, "is a Java key store of the old form; convert it with: keytool -importkeystore -srckeystore OLD -destkeystore NEW.p12 -deststoretype PKCS12", nil)
	case err != nil || pfx.Version != 3:
		return m, fileError(core.CodeCertificateUnreadable, m.path, "is not a PKCS#12 file", nil)
	}
	mac := len(pfx.MAC.FullBytes) > 0
	if !mac && len(rest) == 0 && !passphrase.IsZero() {
		if data, err = pfx.authenticated(passphrase); err != nil {
			return m, fileError(core.CodeCertificateUnreadable, m.path, "is not a PKCS#12 file", err)
		}
	}
	store, splitErr := pfx.split(passphrase)
	key, leaf, chain, err := pkcs12.DecodeChain(data, passphrase.Reveal())
	switch {
	case (severalParts(err) || badCertificate(err)) && splitErr == nil && !excessive(data, maxIterations/maxParts, maxNesting):
		if m, err = store.material(m); err != nil {
			return m, fileError(core.CodeCertificateUnreadable, m.path, "holds several certificates or keys that can't be read", err)
		}
		return m, nil
	case err != nil:
		return m, errorPKCS12(m.path, data, err, passphrase, mac)
	}
	s, err := signer(m.path, key)
	if err != nil {
		return m, err
	}
	m.certs, m.keys = append([]*x509.Certificate{leaf}, chain...), []crypto.Signer{s}
	for _, part := range store.parts {
		store.aliases(&m, part)
	}
	for _, bag := range store.keys {
		m.call(s, bag.alias())
	}
	return m, nil
}

// severalParts reports whether a file is valid but has more keys or parts than the
// library takes. It recognises the library's errors by their text.
func severalParts(err error) bool {
	var unsupported pkcs12.NotImplementedError
	return err != nil && (strings.Contains(err.Error(), "exactly one key bag") ||
		errors.As(err, &unsupported) && strings.Contains(err.Error(), "items in the authenticated safe"))
}

// badCertificate reports whether the library stopped at a certificate that crypto/x509
// refuses. We may not need that certificate.
func badCertificate(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "x509: ") }

// errorPKCS12 returns why a file could not be decoded. Without a MAC a wrong passphrase
// can't be distinguished from a damaged file.
func errorPKCS12(path string, data []byte, err error, passphrase core.Secret, mac bool) *core.Error {
	encrypted := encryptedPKCS12(data)
	var unsupported pkcs12.NotImplementedError
	// The old key derivation has 16-bit characters only.
	beyond := strings.ContainsFunc(passphrase.Reveal(), func(r rune) bool { return r > 0xffff })
	switch {
	case severalParts(err): // and it could not be split
		return fileError(core.CodeKeyUnsupported, path, "holds several private keys or parts in a form that is not supported; put the identity that is meant into a file of its own", nil)
	case errors.As(err, &unsupported):
		return unsupportedPKCS12(path, err)
	case passphrase.IsZero() && (errors.Is(err, pkcs12.ErrIncorrectPassword) || !mac && encrypted):
		return fileError(core.CodePassphraseMissing, path, problemPassphraseMissing, nil)
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption), beyond:
		return fileError(core.CodePassphraseWrong, path, problemPassphraseWrong, nil)
	case unknownAlgorithm(err):
		return unsupportedKey(path, err)
	case !mac && encrypted:
		return fileError(core.CodePassphraseWrong, path, problemPassphraseWrong+", or is damaged", err)
	}
	return fileError(core.CodeCertificateUnreadable, path, "is damaged, or does not hold one private key and its certificate", err)
}

func unsupportedPKCS12(path string, cause error) *core.Error {
	return fileError(core.CodeKeyUnsupported, path, "is protected or encoded in a way that is not supported; export it again with: openssl pkcs12 -export", cause)
}

// pfx is the outermost sequence of a PKCS#12 file (RFC 7292 §4).
type pfx struct {
	Version  int
	AuthSafe asn1.RawValue
	MAC      asn1.RawValue `asn1:"optional"`
}

// isPKCS12 reports whether data begins like a PKCS#12 file.
func isPKCS12(data []byte) bool {
	var pfx pfx
	_, err := asn1.Unmarshal(data, &pfx)
	return err == nil && pfx.Version == 3
}

// isJKS reports whether data is a key store in Java's own formats, JKS and JCEKS.
func isJKS(data []byte) bool {
	return bytes.HasPrefix(data, []byte{0xfe, 0xed, 0xfe, 0xed}) || bytes.HasPrefix(data, []byte{0xce, 0xce, 0xce, 0xce})
}

// maxNesting is deeper than any readable key derivation in a PKCS#12 file.
const maxNesting = 32

// excessive reports whether a key derivation in der takes more than limit iterations.
// In all forms of RFC 7292 and RFC 8018 their number follows the salt: an OCTET STRING
// and an INTEGER.
func excessive(der []byte, limit int64, nesting int) bool {
	salt := false
	for len(der) > 0 && nesting > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil {
			return false // the library will say what is wrong
		}
		universal := v.Class == asn1.ClassUniversal
		if salt && universal && v.Tag == asn1.TagInteger && new(big.Int).SetBytes(v.Bytes).Cmp(big.NewInt(limit)) > 0 {
			return true
		}
		salt = universal && v.Tag == asn1.TagOctetString
		if (v.IsCompound || salt && holdsSequence(v.Bytes)) && excessive(v.Bytes, limit, nesting-1) {
			return true
		}
		der = rest
	}
	return false
}

func holdsSequence(data []byte) bool {
	var v asn1.RawValue
	rest, err := asn1.Unmarshal(data, &v)
	return err == nil && len(rest) == 0 && v.Tag == asn1.TagSequence && v.IsCompound
}
