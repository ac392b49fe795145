package tlsconfig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/foreigntext"
)

// privateKeys reads all private keys of a PEM or DER file: PKCS#1 (RFC 8017),
// SEC 1 (RFC 5915), PKCS#8 and encrypted PKCS#8 (RFC 5958).
func privateKeys(path string, data []byte, passphrase core.Secret) ([]crypto.Signer, error) {
	blocks, err := foreigntext.PEM(data)
	if err != nil {
		return nil, fileError(core.CodeCertificateUnreadable, path, "can't be read", err)
	}
	if len(blocks) == 0 {
		key, err := derKey(path, data, passphrase)
		if err != nil {
			return nil, err
		}
		return []crypto.Signer{key}, nil
	}
	var keys []crypto.Signer
	for _, block := range blocks {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		key, err := pemKey(path, block, passphrase)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, fileError(core.CodeCertificateUnreadable, path, "holds no private key", nil)
	}
	return keys, nil
}

func pemKey(path string, block foreigntext.Block, passphrase core.Secret) (crypto.Signer, error) {
	if block.Err != nil {
		return nil, damagedKey(path, fmt.Errorf("%s: %w", block.Place(), block.Err))
	}
	// RFC 1421 encryption derives its key by one round of MD5 and can't
	// distinguish a wrong passphrase from a damaged file.
	if strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
		return nil, fileError(core.CodeKeyUnsupported, path, "has the old PEM encryption, which is not safe"+adviceKey, &core.KeyEncryptionError{})
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return decryptPKCS8(path, block.Bytes, passphrase)
	default:
		return nil, fileError(core.CodeKeyUnsupported, path, "holds a private key of a kind that is not supported: "+block.Type+"; use an RSA, ECDSA or Ed25519 key as PKCS#8", nil)
	}
	if err != nil {
		return nil, damagedKey(path, fmt.Errorf("%s: %w", block.Place(), err))
	}
	return signer(path, key)
}

// derKey tries the formats of a key in DER, none of which can be read as another.
func derKey(path string, data []byte, passphrase core.Secret) (crypto.Signer, error) {
	if isEncryptedPKCS8(data) {
		return decryptPKCS8(path, data, passphrase)
	}
	if key, err := x509.ParsePKCS1PrivateKey(data); err == nil {
		return signer(path, key)
	}
	if key, err := x509.ParseECPrivateKey(data); err == nil {
		return signer(path, key)
	}
	key, err := x509.ParsePKCS8PrivateKey(data)
	if err == nil {
		return signer(path, key)
	}
	if _, certErr := x509.ParseCertificates(data); certErr == nil {
		return nil, fileError(core.CodeCertificateUnreadable, path, "holds a certificate, but no private key", nil)
	}
	return nil, damagedKey(path, err)
}

// damagedKey distinguishes a key with an unknown algorithm from one that x509 can't
// read.
func damagedKey(path string, err error) *core.Error {
	if unknownAlgorithm(err) {
		return unsupportedKey(path, err)
	}
	return fileError(core.CodeCertificateUnreadable, path, "holds a damaged private key, or one in no known form", err)
}

// unknownAlgorithm recognises the error by its text, as x509 has no type for it.
func unknownAlgorithm(err error) bool {
	text := err.Error()
	return strings.Contains(text, "unknown algorithm") || strings.Contains(text, "unknown elliptic curve") || strings.Contains(text, "unsupported")
}

func unsupportedKey(path string, err error) *core.Error {
	return fileError(core.CodeKeyUnsupported, path, "holds a private key of an algorithm that is not supported (RSA, ECDSA and Ed25519 are)", err)
}

// signer returns a key with which TLS can sign.
func signer(path string, key any) (crypto.Signer, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case *ecdsa.PrivateKey:
		return key, nil
	case ed25519.PrivateKey:
		return key, nil
	}
	return nil, unsupportedKey(path, nil)
}
