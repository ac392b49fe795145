package auth

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// serveInMemory makes a source and its server in a synctest bubble.
func serveInMemory(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) *Source {
	t.Helper()
	return serve(t, coretest.NewPipes(), &http.Server{Handler: answer}, change...)
}

// serveIdle is serveInMemory with a server a tenth of a second away that closes connections after
// some idle time.
func serveIdle(t *testing.T, idle time.Duration, answer http.HandlerFunc) *Source {
	t.Helper()
	listener := coretest.NewPipes()
	listener.Latency = 100 * time.Millisecond
	return serve(t, listener, &http.Server{Handler: answer, IdleTimeout: idle})
}

func serve(t *testing.T, listener *coretest.Pipes, server *http.Server, change ...func(*Config)) *Source {
	t.Helper()
	server.ErrorLog = log.New(io.Discard, "", 0)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(listener) }()
	cfg := Config{
		TokenURL: "http://localhost" + tokenPath, ClientID: testID,
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
		// Proxies of the environment can't be reached from a bubble.
		Proxy: func(*http.Request) (*url.URL, error) { return nil, nil },
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.client.Transport.(*http.Transport).DialContext = listener.Dial
	t.Cleanup(func() {
		_ = s.Close()
		_ = server.Close()
		<-done
		<-time.After(listener.Latency) // until the client has noticed
	})
	return s
}

// virtual is serveInMemory with a server whose tokens live for lifetime. It returns their number
// too.
func virtual(t *testing.T, lifetime time.Duration) (*Source, *atomic.Int64) {
	t.Helper()
	var fetches atomic.Int64
	s := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n := strconv.FormatInt(fetches.Add(1), 10)
		reply(`{"access_token":"token-`+n+`","expires_in":`+strconv.FormatFloat(lifetime.Seconds(), 'f', -1, 64)+`}`)(w, r)
	})
	return s, &fetches
}

// Fault 5: a thousand uploads in an hour, with tokens of every lifetime: the number of fetches is
// bounded, and no upload gets an expired token.
func TestAnHourOfUploads(t *testing.T) {
	for _, tt := range []struct {
		lifetime time.Duration
		most     int64
	}{
		{time.Second, 361}, {4 * time.Second, 361}, {19 * time.Second, 361}, {time.Minute, 121}, {5 * time.Minute, 25}, {10 * time.Minute, 13}, {30 * time.Minute, 4},
	} {
		t.Run(tt.lifetime.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, fetches := virtual(t, tt.lifetime)
				end := time.Now().Add(time.Hour)
				tick := time.NewTicker(3600 * time.Millisecond)
				defer tick.Stop()
				for time.Now().Before(end) {
					token, err := s.Token(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if !token.Expiry.After(time.Now()) {
						t.Fatalf("a token that expired at %v, now it is %v", token.Expiry, time.Now())
					}
					<-tick.C
				}
				if n := fetches.Load(); n > tt.most || n < 2 {
					t.Errorf("%d fetches, at most %d", n, tt.most)
				}
			})
		})
	}
}

// While callers wait because of a short-lived token, each can give up by itself.
func TestPauseIsCancellable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, fetches := virtual(t, time.Second)
		if _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Second)
		impatient, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		patient := make(chan error)
		left := make(chan error)
		go func() { _, err := s.Token(impatient); left <- err }()
		synctest.Wait()
		go func() { _, err := s.Token(t.Context()); patient <- err }()
		if err := <-left; core.CodeOf(err) != core.CodeTimeout {
			t.Error(err)
		}
		begin := time.Now()
		if err := <-patient; err != nil || time.Since(begin) != 5*time.Second || fetches.Load() != 2 {
			t.Errorf("%v after %v, %d fetches", err, time.Since(begin), fetches.Load())
		}
	})
}

// Fault 6: a server that sends a byte a second is given up after 30 s in all, even if the profile
// allows more.
func TestDripEndsAfter30Seconds(t *testing.T) {
	for name, drip := range map[string]func(http.ResponseWriter, byte){
		"body": func(w http.ResponseWriter, c byte) { _, _ = w.Write([]byte{c}) },
		"early hints": func(w http.ResponseWriter, _ byte) {
			w.WriteHeader(http.StatusEarlyHints)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					tick := time.NewTicker(time.Second)
					defer tick.Stop()
					for {
						drip(w, ' ')
						_ = http.NewResponseController(w).Flush()
						select {
						case <-tick.C:
						case <-r.Context().Done():
							return
						}
					}
				}, func(c *Config) { c.Timeout = time.Hour })
				begin := time.Now()
				_, err := s.Token(t.Context())
				if core.CodeOf(err) != core.CodeTimeout || time.Since(begin) != maxTimeout {
					t.Errorf("%v after %v", err, time.Since(begin))
				}
			})
		})
	}
}

// A server that never ends its answer, or its headers, is cut off at 64 KiB at once.
func TestEndlessAnswer(t *testing.T) {
	endless := strings.Repeat(" ", 1024)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		code   core.Code
	}{
		"body": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, endless)
			}
		}, core.CodeTokenInvalid},
		"body of an error": {func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, endless)
			}
		}, core.CodeSignInRefused},
		"headers": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 10<<20))
		}, core.CodeTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serveInMemory(t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					tt.answer(w, r)
				})
				begin := time.Now()
				if _, err := s.Token(t.Context()); core.CodeOf(err) != tt.code || time.Since(begin) != 0 {
					t.Errorf("%v after %v", err, time.Since(begin))
				}
			})
		})
	}
}
