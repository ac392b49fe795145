// Package keychain keeps client secrets and passphrases where the operating
// system keeps passwords, or in memory for one session.
//
// System is the operating system's keychain: the Secret Service on Linux (GNOME Keyring,
// KWallet, KeePassXC), the Keychain on macOS, the Credential Manager on Windows. Session
// keeps secrets in memory. Nothing here falls back from one to the other by itself:
// keeping a secret for this session only is the user's choice. A secret is never written
// to a file.
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
	ItemPassphrase   Item = "passphrase" // the passphrase of the private key or PKCS#12 file
)

// Items returns all secrets that a profile may have.
func Items() []Item { return []Item{ItemClientSecret, ItemPassphrase} }

// DefaultTimeout is how long one keychain call may take, including a password window.
const DefaultTimeout = 30 * time.Second

// ProbeTimeout is how long Probe may take. The user is not asked anything, but the
// keychain may have to be started first.
const ProbeTimeout = 5 * time.Second

// MaxSecretSize is how many bytes a secret may have on every platform (Windows Credential
// Manager: 5 × 512).
const MaxSecretSize = 2560

// Keychain keeps the secrets of profiles. Errors are *core.Error of KindConfig:
//
//	CodeSecretMissing        nothing is kept under this name
//	CodeKeychainUnavailable  this computer or session has no keychain
//	CodeKeychainLocked       the keychain is locked, and its password window was closed or not answered
//	CodeKeychainFailed       the keychain is broken: it did not answer in time, or kept nothing
//
// and of KindCancelled if the context was cancelled. An error says nothing about what is
// kept: never delete a secret because it could not be read.
type Keychain interface {
	Get(ctx context.Context, profile string, i Item) (core.Secret, error)
	Set(ctx context.Context, profile string, i Item, s core.Secret) error
	// Delete deletes a secret. It is no error if there is none.
	Delete(ctx context.Context, profile string, i Item) error
}
