package tlsconfig

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"

	"github.com/youmark/pkcs8"

	"github.com/artstore/ingester/core"
)

// How much work and memory a file may demand before its passphrase can be checked:
// about ten seconds, and 256 MiB.
const (
	maxIterations   = 10_000_000
	maxScryptMemory = 256 << 20
	maxScryptWork   = 16 // passes over the memory
)

// encryptedKey is an EncryptedPrivateKeyInfo (RFC 5958 §3).
type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

// pbes2 is PBES2-params (RFC 8018 §A.4).
type pbes2 struct{ KDF, Cipher pkix.AlgorithmIdentifier }

func isEncryptedPKCS8(der []byte) bool {
	var key encryptedKey
	rest, err := asn1.Unmarshal(der, &key)
	return err == nil && len(rest) == 0
}

// decryptPKCS8 opens an encrypted PKCS#8 key.
func decryptPKCS8(path string, der []byte, passphrase core.Secret) (crypto.Signer, error) {
	var encrypted encryptedKey
	if _, err := asn1.Unmarshal(der, &encrypted); err != nil {
		return nil, damagedKey(path, err)
	}
	if err := checkPBES2(encrypted); err != nil {
		return nil, fileError(core.CodeKeyUnsupported, path, "is encrypted in a way that is not supported"+adviceKey, &core.KeyEncryptionError{Err: err})
	}
	if passphrase.IsZero() {
		return nil, fileError(core.CodePassphraseMissing, path, problemPassphraseMissing, nil)
	}
	key, _, err := pkcs8.ParsePrivateKey(der, []byte(passphrase.Reveal()))
	if err != nil {
		return nil, fileError(core.CodePassphraseWrong, path, problemPassphraseWrong, nil)
	}
	return signer(path, key)
}

// checkPBES2 accepts RFC 8018 §6.2 with PBKDF2 or scrypt and a cipher in CBC mode. It
// refuses parameters that the library would misread, that would make it panic, or that
// would keep it busy for minutes.
func checkPBES2(key encryptedKey) error {
	if !key.Algorithm.Algorithm.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}) {
		return errors.New("not PBES2: " + key.Algorithm.Algorithm.String())
	}
	var params pbes2
	if _, err := asn1.Unmarshal(key.Algorithm.Parameters.FullBytes, &params); err != nil {
		return errors.New("PBES2 parameters are damaged")
	}
	block := 16
	switch params.Cipher.Algorithm.String() {
	case "2.16.840.1.101.3.4.1.2", "2.16.840.1.101.3.4.1.22", "2.16.840.1.101.3.4.1.42": // AES-CBC
	case "1.2.840.113549.3.7": // 3DES-CBC
		block = 8
	default:
		return errors.New("cipher " + params.Cipher.Algorithm.String())
	}
	var iv []byte
	if _, err := asn1.Unmarshal(params.Cipher.Parameters.FullBytes, &iv); err != nil || len(iv) != block {
		return errors.New("cipher parameters are damaged")
	}
	if len(key.Data) == 0 || len(key.Data)%block != 0 {
		return errors.New("the encrypted data has no whole number of blocks")
	}
	return checkKDF(params.KDF)
}

func checkKDF(kdf pkix.AlgorithmIdentifier) error {
	raw := kdf.Parameters.FullBytes
	switch kdf.Algorithm.String() {
	case "1.2.840.113549.1.5.12": // PBKDF2
		var p struct {
			Salt       []byte
			Iterations int
			KeyLength  int                      `asn1:"optional"`
			PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
		}
		if _, err := asn1.Unmarshal(raw, &p); err != nil || p.Iterations < 1 || p.Iterations > maxIterations {
			return errors.New("PBKDF2 parameters are damaged or excessive")
		}
		if p.KeyLength != 0 {
			return errors.New("PBKDF2 with a key length")
		}
		switch p.PRF.Algorithm.String() {
		case "", "1.2.840.113549.2.7", "1.2.840.113549.2.9": // HMAC with SHA-1 or SHA-256
			return nil
		}
		return errors.New("PBKDF2 with " + p.PRF.Algorithm.String())
	case "1.3.6.1.4.1.11591.4.11": // scrypt, RFC 7914 §7
		var p struct {
			Salt    []byte
			N, R, P int
		}
		_, err := asn1.Unmarshal(raw, &p)
		if err != nil || p.N < 2 || p.N&(p.N-1) != 0 || p.R < 1 || p.P < 1 || p.P > maxScryptWork || p.N > maxScryptMemory/128/p.R {
			return errors.New("scrypt parameters are damaged or excessive")
		}
		return nil
	}
	return errors.New("key derivation " + kdf.Algorithm.String())
}
