package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// Modes of all files and folders of the sandbox: only the owner has access.
const (
	privateDir  fs.FileMode = 0o700
	privateFile fs.FileMode = 0o600
)

// credentials are the one account of a sandbox.
type credentials struct {
	id       string // UUID, the subject of the first generation's tokens
	clientID string
	secret   core.Secret
}

// loadCredentials reads the account, or creates one.
func loadCredentials(path string) (credentials, error) {
	var file struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	data, err := os.ReadFile(path)
	switch {
	case err == nil:
		// The parser's error is not passed on: it could quote the secret.
		if json.Unmarshal(data, &file) != nil || file.ClientID == "" || file.ClientSecret == "" {
			return credentials{}, fmt.Errorf("%s is damaged; delete it to get a new account", path)
		}
	case errors.Is(err, fs.ErrNotExist):
		file.ClientID = "sa_sandbox_" + strings.ToLower(rand.Text()[:12])
		file.ClientSecret = rand.Text()
		if data, err = json.MarshalIndent(file, "", "  "); err != nil {
			return credentials{}, err
		}
		if err := smallfile.Write(path, append(data, '\n'), privateFile); err != nil {
			return credentials{}, err
		}
	default:
		return credentials{}, err
	}
	return credentials{id: uuid.NewSHA1(uuid.NameSpaceOID, []byte(file.ClientID)).String(), clientID: file.ClientID, secret: core.NewSecret(file.ClientSecret)}, nil
}

// match reports whether id and secret are the account's. How long it takes reveals
// nothing about either.
func (c credentials) match(id, secret string) bool {
	return same(id, c.clientID)&same(secret, c.secret.Reveal()) == 1
}

// same compares in constant time. Hashing makes the lengths equal.
func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}
