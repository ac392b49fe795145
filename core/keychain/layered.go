package keychain

import (
	"context"

	"github.com/artstore/ingester/core"
)

// Layered looks for a secret first in this session and then in the system's keychain. It
// is a Keychain whose Set writes to the system's.
type Layered struct {
	Session Keychain // in memory
	System  Keychain
}

// Get implements Keychain.
func (l Layered) Get(ctx context.Context, profile string, i Item) (core.Secret, error) {
	if secret, err := l.Session.Get(ctx, profile, i); err == nil {
		return secret, nil
	}
	return l.System.Get(ctx, profile, i)
}

// Set implements Keychain.
func (l Layered) Set(ctx context.Context, profile string, i Item, s core.Secret) error {
	return l.Keep(ctx, profile, i, s, false)
}

// Keep keeps a secret where the user wants it. With sessionOnly it stays in memory and,
// until the program ends, takes precedence over the one in the system's keychain.
// Otherwise it replaces both; if the system's keychain can't take it, nothing changes.
func (l Layered) Keep(ctx context.Context, profile string, i Item, s core.Secret, sessionOnly bool) error {
	if sessionOnly {
		return l.Session.Set(ctx, profile, i, s)
	}
	if err := l.System.Set(ctx, profile, i, s); err != nil {
		return err
	}
	return l.Session.Delete(ctx, profile, i)
}

// Delete implements Keychain. It deletes the secret in both places.
func (l Layered) Delete(ctx context.Context, profile string, i Item) error {
	if err := l.Session.Delete(ctx, profile, i); err != nil {
		return err
	}
	return l.System.Delete(ctx, profile, i)
}
