// Package keychain keeps client secrets and passphrases where the operating
// system keeps passwords, or in memory for one session.
package keychain

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// Item names one secret of a profile.
type Item string

// The items.
const (
	ItemClientSecret Item = "client_secret"
	ItemPassphrase   Item = "passphrase" // of the private key or PKCS#12 file
)

// DefaultTimeout is how long one keychain call may take, a password window
// included.
const DefaultTimeout = 30 * time.Second

// MaxSecretSize is the largest secret in bytes that every platform's keychain
// takes (Windows Credential Manager: 5 × 512).
const MaxSecretSize = 2560

// Keychain keeps the secrets of profiles. Errors are *core.Error of
// KindConfig; a secret that isn't kept gives CodeSecretMissing.
type Keychain interface {
	Get(ctx context.Context, profile string, i Item) (core.Secret, error)
	Set(ctx context.Context, profile string, i Item, s core.Secret) error
	// Delete forgets a secret; there being none is no error.
	Delete(ctx context.Context, profile string, i Item) error
}
