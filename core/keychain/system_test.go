package keychain

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/artstore/ingester/core"
)

// oddRing has the rare faults of real keychains: it hangs, reports false success and panics.
type oddRing struct {
	get func() (string, error)
	set error
}

func (r oddRing) Get(string, string) (string, error) { return r.get() }
func (r oddRing) Set(string, string, string) error   { return r.set }
func (r oddRing) Delete(string, string) error        { return keyring.ErrNotFound }

// odd returns a System on a ring with this Get.
func odd(get func() (string, error)) *System {
	s := NewSystem("ingester-test", 0)
	s.ring = oddRing{get: get}
	s.ready = func(context.Context, bool) error { return nil }
	return s
}

func wantCode(t *testing.T, what string, err error, code core.Code, says string) {
	t.Helper()
	if core.CodeOf(err) != code || (err != nil && !strings.Contains(err.Error(), says)) {
		t.Errorf("%s: %v; want code %q with %q", what, err, code, says)
	}
}

// A hanging call takes its time limit. Calls that wait for it fail then, later ones at once, and everything
// works again if it ends after all.
func TestHungCallsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang, calls := make(chan struct{}), 0
		s := odd(func() (string, error) { calls++; <-hang; return "late", nil })
		began := time.Now()
		first, second := make(chan error), make(chan error)
		go func() { _, err := s.Get(t.Context(), "p", ItemClientSecret); first <- err }()
		synctest.Wait()
		go func() {
			time.Sleep(DefaultTimeout / 2) //nolint:forbidigo // virtual time: this is the moment
			_, err := s.Get(t.Context(), "p", ItemClientSecret)
			second <- err
		}()
		wantCode(t, "the call that hangs", <-first, core.CodeKeychainFailed, "did not answer within 30s")
		wantCode(t, "the call behind it", <-second, core.CodeKeychainFailed, "has not answered an earlier call")
		for range 100 {
			_, err := s.Get(t.Context(), "p", ItemClientSecret)
			wantCode(t, "a later call", err, core.CodeKeychainFailed, "has not answered an earlier call")
		}
		if took := time.Since(began); took != DefaultTimeout || calls != 1 {
			t.Errorf("it took %v and %d calls; want %v and the first call only", took, calls, DefaultTimeout)
		}
		close(hang)
		synctest.Wait()
		secret, err := s.Get(t.Context(), "p", ItemClientSecret)
		if err != nil || secret.Reveal() != "late" {
			t.Errorf("after it ended: %q, %v", secret.Reveal(), err)
		}
	})
}

// Concurrent calls wait for each other and all succeed.
func TestCallsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inside := 0
		s := odd(func() (string, error) {
			inside++
			defer func() { inside-- }()
			time.Sleep(time.Second) //nolint:forbidigo // virtual time: a slow keychain
			if inside != 1 {
				t.Errorf("%d calls at once", inside)
			}
			return "x", nil
		})
		ended := make(chan error)
		for range 20 {
			go func() { _, err := s.Get(t.Context(), "p", ItemClientSecret); ended <- err }()
		}
		for range 20 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})
}

// If a caller gives up, its error says so, and the keychain doesn't count as hung: the next caller waits for
// the call.
func TestCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		s := odd(func() (string, error) { <-hang; return "x", nil })
		ctx, stop := context.WithCancel(t.Context())
		first, second := make(chan error), make(chan error)
		go func() { _, err := s.Get(ctx, "p", ItemClientSecret); first <- err }()
		synctest.Wait()
		stop()
		wantCode(t, "cancelled", <-first, core.CodeCancelled, "stopped")
		_, err := s.Get(ctx, "p", ItemClientSecret)
		wantCode(t, "cancelled before", err, core.CodeCancelled, "stopped")
		hurried, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err = s.Get(hurried, "p", ItemClientSecret)
		wantCode(t, "the caller's own limit", err, core.CodeKeychainFailed, "in time")
		go func() { _, err := s.Get(t.Context(), "p", ItemClientSecret); second <- err }()
		synctest.Wait()
		close(hang)
		wantCode(t, "the next", <-second, "", "")
	})
}

// Close waits for the call under way until its context ends.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		s := odd(func() (string, error) { <-hang; return "x", nil })
		_, err := s.Get(t.Context(), "p", ItemClientSecret)
		wantCode(t, "hung", err, core.CodeKeychainFailed, "")
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		wantCode(t, "Close while it hangs", s.Close(ctx), core.CodeKeychainFailed, "earlier call")
		close(hang)
		wantCode(t, "Close when it ends", s.Close(t.Context()), "", "")
		_, err = s.Get(t.Context(), "p", ItemClientSecret)
		wantCode(t, "Get after Close", err, core.CodeKeychainFailed, "closing")
	})
}

// go-keyring panics if the bus goes away during a prompt.
func TestPanicIsAnError(t *testing.T) {
	s := odd(func() (string, error) { panic("nil signal") })
	_, err := s.Get(t.Context(), "p", ItemClientSecret)
	wantCode(t, "panic", err, core.CodeKeychainFailed, "nil signal")
}

// A secret that a keychain reports as kept is read back.
func TestSetReadsBack(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		kept string
		err  error
		code core.Code
	}{
		"kept":        {"s3cret", nil, ""},
		"nothing":     {"", keyring.ErrNotFound, core.CodeKeychainFailed},
		"other":       {"s3cre", nil, core.CodeKeychainFailed},
		"not to read": {"", broken, core.CodeKeychainFailed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := odd(func() (string, error) { return tt.kept, tt.err })
			err := s.Set(t.Context(), "p", ItemClientSecret, core.NewSecret("s3cret"))
			wantCode(t, "Set", err, tt.code, "")
			if err != nil && strings.Contains(err.Error(), "s3cre") {
				t.Errorf("the secret is in the message: %v", err)
			}
		})
	}
}

func TestProbeHasItsOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := odd(nil)
		s.ready = func(ctx context.Context, unlock bool) error {
			if unlock {
				t.Error("a probe asked the user")
			}
			<-ctx.Done()
			return ctx.Err()
		}
		wantCode(t, "Probe", s.Probe(t.Context()), core.CodeKeychainFailed, "did not answer within 5s")
	})
}
