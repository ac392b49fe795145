package auth

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// timed is a source in a bubble, with the times at which its server was asked for tokens.
type timed struct {
	*Source
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []time.Time
}

func newTimed(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) *timed {
	t.Helper()
	s := &timed{answer: answer}
	s.Source = serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, time.Now())
		answer := s.answer
		s.mu.Unlock()
		_, _ = io.Copy(io.Discard, r.Body)
		answer(w, r)
	}, append(change, func(c *Config) { c.Timeout = maxTimeout })...)
	return s
}

// after returns a handler that calls h after d.
func after(d time.Duration, h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			h(w, r)
		case <-r.Context().Done():
		}
	}
}

func (s *timed) respond(h http.HandlerFunc) { s.mu.Lock(); s.answer = h; s.mu.Unlock() }

func (s *timed) requests() []time.Time { s.mu.Lock(); defer s.mu.Unlock(); return s.asked }

// takes checks that a call of Token ends after exactly d with code ("" means a token), and
// that there have been n requests in all.
func (s *timed) takes(t *testing.T, d time.Duration, code core.Code, n int) core.Token {
	t.Helper()
	begin := time.Now()
	token, err := s.Token(t.Context())
	got := core.Code("")
	if err != nil {
		got = core.CodeOf(err)
	}
	if took := time.Since(begin); took != d || got != code || len(s.requests()) != n {
		t.Errorf("%q after %v with %d requests, want %q after %v with %d", got, took, len(s.requests()), code, d, n)
	}
	return token
}

var good = reply(`{"access_token":"opaque-1","expires_in":1800}`)

// A rejected token is replaced at once, unless it is less than ten seconds old: then ten
// seconds after it was requested.
func TestPaceAfterInvalidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t, good)
		s.Invalidate(s.takes(t, 0, "", 1))
		<-time.After(4 * time.Second)
		s.Invalidate(s.takes(t, 6*time.Second, "", 2))
		<-time.After(quiet)
		s.Invalidate(s.takes(t, 0, "", 3))
		s.takes(t, quiet, "", 4)
	})
}

// Fault 2: after a temporary failure there is no request for ten seconds from the start of the
// last one. Each waiting caller can give up.
func TestPaceAfterFailure(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		code   core.Code
	}{
		"busy":    {refuse(http.StatusServiceUnavailable, ""), core.CodeServerBusy},
		"failure": {refuse(http.StatusInternalServerError, ""), core.CodeServerFailure},
		"cut off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.CodeConnectionLost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newTimed(t, tt.answer)
				s.takes(t, 0, tt.code, 1)
				s.takes(t, quiet, tt.code, 2)
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				if _, err := s.Token(ctx); core.CodeOf(err) != core.CodeTimeout {
					t.Error(err)
				}
				s.respond(good)
				s.takes(t, 7*time.Second, "", 3)
			})
		})
	}
}

// After a server that takes long to fail no further wait is needed.
func TestPaceAfterSlowFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		s.takes(t, maxTimeout, core.CodeTimeout, 1)
		s.takes(t, maxTimeout, core.CodeTimeout, 2)
	})
}

// Fault 1: for ten seconds after a refusal it is returned again without a request.
func TestPaceAfterRefusal(t *testing.T) {
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		code   core.Code
	}{
		"invalid_client": {refuse(http.StatusBadRequest, `{"error":"invalid_client"}`), core.CodeSignInRefused},
		"disabled":       {refuse(http.StatusForbidden, ""), core.CodeSignInDisabled},
		"login page":     {reply("<html>"), core.CodeTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const thinks = 12 * time.Second
				s := newTimed(t, after(thinks, tt.answer))
				s.takes(t, thinks, tt.code, 1)
				for range 9 {
					s.takes(t, 0, tt.code, 1)
					<-time.After(time.Second)
				}
				s.respond(good)
				s.takes(t, 0, tt.code, 1)
				<-time.After(time.Second)
				s.Invalidate(s.takes(t, 0, "", 2))
				s.takes(t, quiet, "", 3) // the refusal is forgotten and no longer returned
			})
		})
	}
}

// A refusal of an early refresh is returned to all callers too, although the present token
// would be valid for minutes.
func TestPaceAfterRefusedRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t, good)
		s.takes(t, 0, "", 1)
		<-time.After(26 * time.Minute)
		s.respond(refuse(http.StatusUnauthorized, ""))
		s.takes(t, 0, core.CodeSignInRefused, 2)
		s.takes(t, 0, core.CodeSignInRefused, 2)
		<-time.After(quiet)
		s.respond(refuse(http.StatusServiceUnavailable, ""))
		s.takes(t, 0, "", 3)
	})
}

// A request that its caller cancelled counts as a request; a dismissed prompt for the secret
// does not.
func TestPaceAfterGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prompt := core.Secret{}
		s := newTimed(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, func(c *Config) {
			c.Secret = func(context.Context) (core.Secret, error) { return prompt, nil }
		})
		s.takes(t, 0, core.CodeSecretMissing, 0)
		prompt = core.NewSecret(testSecret)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		if _, err := s.Token(ctx); core.CodeOf(err) != core.CodeTimeout {
			t.Error(err)
		}
		s.respond(good)
		s.takes(t, 6*time.Second, "", 2)
	})
}

// Fault 3: however many callers wait, one request serves them all.
func TestPaceOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t, good)
		s.Invalidate(s.takes(t, 0, "", 1))
		results := make(chan error, 100)
		for range cap(results) {
			go func() { _, err := s.Token(t.Context()); results <- err }()
		}
		for range cap(results) {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if at := s.requests(); len(at) != 2 || at[1].Sub(at[0]) != quiet {
			t.Errorf("requests at %v", at)
		}
	})
}

// Closing ends the wait.
func TestPaceEndsWithClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newTimed(t, good)
		s.Invalidate(s.takes(t, 0, "", 1))
		failed := make(chan error)
		go func() { _, err := s.Token(t.Context()); failed <- err }()
		synctest.Wait()
		_ = s.Close()
		if err := <-failed; core.CodeOf(err) != core.CodeCancelled || len(s.requests()) != 1 {
			t.Errorf("%v, %d requests", err, len(s.requests()))
		}
	})
}

// No two requests ever begin within ten seconds: for an hour eight workers upload, have their
// tokens rejected and give up, while the server answers in every way and at every speed.
func TestPaceAlways(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
			draw := func(n int) int { mu.Lock(); defer mu.Unlock(); return random.IntN(n) }
			answers := []http.HandlerFunc{
				good, good, reply(`{"access_token":"opaque-2","expires_in":1}`), reply(`{"access_token":"opaque-3","expires_in":40}`), reply("{}"),
				refuse(http.StatusUnauthorized, ""), refuse(http.StatusBadGateway, ""), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			}
			s := newTimed(t, func(w http.ResponseWriter, r *http.Request) {
				after(time.Duration(draw(3)*draw(15))*time.Second, answers[draw(len(answers))])(w, r)
			})
			end := time.Now().Add(time.Hour)
			var workers sync.WaitGroup
			for range 8 {
				workers.Go(func() {
					for time.Now().Before(end) {
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+draw(40))*time.Second)
						if token, err := s.Token(ctx); err == nil && draw(3) == 0 {
							s.Invalidate(token)
						}
						cancel()
						<-time.After(time.Duration(draw(5000)) * time.Millisecond)
					}
				})
			}
			workers.Wait()
			at := s.requests()
			for i := range at[1:] {
				if gap := at[i+1].Sub(at[i]); gap < quiet {
					t.Fatalf("seed %d: requests %d and %d are %v apart", seed, i, i+1, gap)
				}
			}
			if len(at) < 100 {
				t.Errorf("seed %d: only %d requests", seed, len(at))
			}
		})
	}
}
