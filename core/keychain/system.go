package keychain

import (
	"context"
	"time"

	"github.com/artstore/ingester/core"
)

// System is the operating system's keychain.
type System struct {
	service string
	timeout time.Duration
}

// NewSystem returns the operating system's keychain.
func NewSystem(service string, timeout time.Duration) *System {
	return &System{service: service, timeout: timeout}
}

// Get implements Keychain.
func (s *System) Get(ctx context.Context, profile string, i Item) (core.Secret, error) {
	return core.Secret{}, missing(profile, i)
}

// Set implements Keychain.
func (s *System) Set(ctx context.Context, profile string, i Item, secret core.Secret) error {
	return checkSecret(secret, i)
}

// Delete implements Keychain.
func (s *System) Delete(ctx context.Context, profile string, i Item) error { return nil }
