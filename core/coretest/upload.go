package coretest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// Tokens is a token source with one token, or the error Err.
type Tokens struct {
	Err error

	mu      sync.Mutex
	dropped []core.Token
}

// Token returns the token.
func (s *Tokens) Token(context.Context) (core.Token, error) {
	return core.Token{Value: core.NewSecret("the-token"), Type: "Bearer"}, s.Err
}

// TokenFor returns the token.
func (s *Tokens) TokenFor(ctx context.Context, _ time.Duration) (core.Token, error) {
	return s.Token(ctx)
}

// Invalidate records that a token was dropped.
func (s *Tokens) Invalidate(t core.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped = append(s.dropped, t)
}

// Dropped returns the tokens that were dropped.
func (s *Tokens) Dropped() []core.Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Limited returns a context with a time limit, for tests that could hang.
func Limited(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// Want checks an error as WantError does.
func Want(t testing.TB, err error, kind core.Kind, code core.Code, outcome core.Outcome) {
	t.Helper()
	_ = WantError(t, err, kind, code, outcome)
}

// WantError checks an error's kind, code and outcome, and that it says what was being done.
// It returns the error for further checks.
func WantError(t testing.TB, err error, kind core.Kind, code core.Code, outcome core.Outcome) *core.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s/%s", kind, code)
	}
	e := core.AsError(err)
	if e.Kind != kind || e.Code != code || e.Outcome != outcome {
		t.Fatalf("got %s/%s outcome %d (%v), want %s/%s outcome %d", e.Kind, e.Code, e.Outcome, err, kind, code, outcome)
	}
	if e.Op == "" || e.Message == "" {
		t.Errorf("the error says too little: %+v", e)
	}
	return e
}
