package keychain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

// System is the operating system's keychain. It is safe for concurrent use.
//
// go-keyring has no contexts, so a call that hangs can't be stopped. System therefore
// first makes sure, in a way that can be stopped, that the keychain answers and is
// unlocked (see ready). Then it calls go-keyring in a goroutine that it owns, one call at
// a time, and stops waiting when the time is up. While a call hangs, others fail at once
// instead of waiting for it, so that a keychain which never answers holds at most one
// goroutine. Close waits for it.
type System struct {
	service string
	timeout time.Duration
	ring    ring
	ready   func(ctx context.Context, unlock bool) error

	mu      sync.Mutex
	current *call // the call under way, nil if there is none
	closed  bool
}

// ring is the part of go-keyring that is used.
type ring interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

// osRing is go-keyring.
type osRing struct{}

func (osRing) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (osRing) Set(service, user, secret string) error   { return keyring.Set(service, user, secret) }
func (osRing) Delete(service, user string) error        { return keyring.Delete(service, user) }

// call is one call of go-keyring.
type call struct {
	done    chan struct{} // closed when the call has ended
	overdue chan struct{} // closed if its time was up before that
	once    sync.Once     // closes overdue
}

// NewSystem returns the operating system's keychain. Secrets are kept under the service's
// name. A call takes at most timeout, or DefaultTimeout if that is 0.
func NewSystem(service string, timeout time.Duration) *System {
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	return &System{service: service, timeout: timeout, ring: osRing{}, ready: ready}
}

// Get implements Keychain. A locked keychain asks the user to unlock it.
func (s *System) Get(ctx context.Context, profile string, i Item) (core.Secret, error) {
	// Sent over a channel, as a call that is given up may still write.
	found := make(chan string, 1)
	err := s.do(ctx, opGet, func() error {
		value, err := s.ring.Get(s.service, account(profile, i))
		found <- value
		return err
	})
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return core.Secret{}, missing(profile, i)
	case err != nil:
		return core.Secret{}, err
	}
	return core.NewSecret(<-found), nil
}

// Set implements Keychain. It reads the secret back, because a keychain may report
// success and keep nothing.
func (s *System) Set(ctx context.Context, profile string, i Item, secret core.Secret) error {
	if err := checkSecret(secret, i); err != nil {
		return err
	}
	return s.do(ctx, opSet, func() error {
		name := account(profile, i)
		if err := s.ring.Set(s.service, name, secret.Reveal()); err != nil {
			return err
		}
		kept, err := s.ring.Get(s.service, name)
		if err != nil && !errors.Is(err, keyring.ErrNotFound) {
			return err
		}
		if kept != secret.Reveal() {
			return failure(opSet, core.CodeKeychainFailed, sentenceLost, nil)
		}
		return nil
	})
}

// Delete implements Keychain.
func (s *System) Delete(ctx context.Context, profile string, i Item) error {
	err := s.do(ctx, opDelete, func() error { return s.ring.Delete(s.service, account(profile, i)) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// Probe returns an error if no keychain answers; it may be locked. It never asks the user
// anything and takes at most ProbeTimeout.
func (s *System) Probe(ctx context.Context) error {
	limit := min(s.timeout, ProbeTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTimeLimit)
	defer cancel()
	return explain(opProbe, inTime(ctx, s.ready(ctx, false)), limit)
}

// Close refuses further calls and waits for the one under way, if any, until
// ctx ends.
func (s *System) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	c := s.current
	s.mu.Unlock()
	if c == nil {
		return nil
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return failure(opClose, core.CodeKeychainFailed, sentenceBusy, ctx.Err())
	}
}

// do makes one call within the time limit.
func (s *System) do(ctx context.Context, op string, f func() error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, errTimeLimit)
	defer cancel()
	c, err := s.begin(ctx)
	if err != nil {
		return explain(op, err, s.timeout)
	}
	if err := s.ready(ctx, true); err != nil {
		s.end(c)
		return explain(op, inTime(ctx, err), s.timeout)
	}
	result := make(chan error, 1)
	go func() {
		err := guarded(f)
		s.end(c)
		result <- err
	}()
	select {
	case err := <-result:
		return explain(op, err, s.timeout)
	case <-ctx.Done():
		c.markOverdue(ctx)
		return explain(op, context.Cause(ctx), s.timeout)
	}
}

// begin waits for the call before this one. If the time of either is up while the earlier
// one still runs, that counts as hung.
func (s *System) begin(ctx context.Context) (*call, error) {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil, failure("", core.CodeKeychainFailed, "The program is closing.", nil)
		}
		before := s.current
		if before == nil {
			s.current = &call{done: make(chan struct{}), overdue: make(chan struct{})}
			defer s.mu.Unlock()
			return s.current, nil
		}
		s.mu.Unlock()
		select {
		case <-before.done:
		case <-before.overdue:
			return nil, failure("", core.CodeKeychainFailed, sentenceBusy, nil)
		case <-ctx.Done():
			before.markOverdue(ctx)
			return nil, context.Cause(ctx)
		}
	}
}

// end lets the next call begin.
func (s *System) end(c *call) {
	s.mu.Lock()
	s.current = nil
	s.mu.Unlock()
	close(c.done)
}

// markOverdue marks the call as hung if ctx was ended by our time limit and not by the
// caller.
func (c *call) markOverdue(ctx context.Context) {
	if errors.Is(context.Cause(ctx), errTimeLimit) {
		c.once.Do(func() { close(c.overdue) })
	}
}

// inTime returns why ctx ended, if it did, else err. After that, err may only say that the
// connection was closed.
func inTime(ctx context.Context, err error) error {
	var known *core.Error
	if err != nil && ctx.Err() != nil && !errors.As(err, &known) {
		return context.Cause(ctx)
	}
	return err
}

// guarded keeps a panic of go-keyring from ending the program. It panics if the bus goes
// away while a password window is open.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("keychain call broke off: %v", r)
		}
	}()
	return f()
}
