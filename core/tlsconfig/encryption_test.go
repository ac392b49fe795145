package tlsconfig

import (
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestKeyEncryption: a command that converts is named only for a key whose encryption is
// not supported, since it would not help with any other.
func TestKeyEncryption(t *testing.T) {
	for name, c := range map[string]struct {
		block       pem.Block
		convertible bool
	}{
		"old PEM encryption": {pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x"),
			Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}}, true},
		"OpenSSH's form": {pem.Block{Type: "OPENSSH PRIVATE KEY", Bytes: []byte("x")}, false},
	} {
		_, err := privateKeys("/k.pem", pem.EncodeToMemory(&c.block), core.Secret{})
		var encryption *core.KeyEncryptionError
		if core.CodeOf(err) != core.CodeKeyUnsupported || errors.As(err, &encryption) != c.convertible || strings.Contains(err.Error(), "openssl") != c.convertible {
			t.Errorf("%s: %v", name, err)
		}
	}
}
