package keychain

import (
	"context"
	"sync"

	"github.com/artstore/ingester/core"
)

// Session keeps secrets in memory until the program ends. It is safe for
// concurrent use.
type Session struct {
	mu   sync.Mutex
	kept map[string]core.Secret
}

// NewSession returns an empty keychain in memory.
func NewSession() *Session { return &Session{kept: map[string]core.Secret{}} }

// Get implements Keychain.
func (s *Session) Get(_ context.Context, profile string, i Item) (core.Secret, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, ok := s.kept[account(profile, i)]
	if !ok {
		return core.Secret{}, missing(profile, i)
	}
	return secret, nil
}

// Set implements Keychain.
func (s *Session) Set(_ context.Context, profile string, i Item, secret core.Secret) error {
	if err := checkSecret(secret, i); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[account(profile, i)] = secret
	return nil
}

// Delete implements Keychain.
func (s *Session) Delete(_ context.Context, profile string, i Item) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, account(profile, i))
	return nil
}
