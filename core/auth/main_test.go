package auth

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childCA) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

const (
	testID     = "sa_test_reports_1a2b3c"
	testSecret = "hunter2:%+&é/\"x" //nolint:gosec // nobody's secret
	tokenPath  = "/api/v1/auth/token"
	keysPath   = "/api/v1/auth/jwks"
)

// admin is a token server on a real socket. Its answers can be changed while it runs.
type admin struct {
	*httptest.Server
	tokens, keys, connections atomic.Int64
	closed                    chan struct{} // a value for each connection that the other side closed

	mu     sync.Mutex
	answer http.HandlerFunc
	jwks   http.HandlerFunc
}

// newAdmin starts a token server that answers with an opaque token which lives for half an
// hour. Without config it uses plain HTTP.
func newAdmin(t *testing.T, config *tls.Config) *admin {
	t.Helper()
	a := &admin{closed: make(chan struct{}, 64)}
	a.respond(reply(`{"access_token":"opaque-1","token_type":"Bearer","expires_in":1800}`))
	a.publish(http.NotFound)
	mux := http.NewServeMux()
	mux.HandleFunc(tokenPath, func(w http.ResponseWriter, r *http.Request) {
		a.tokens.Add(1)
		a.handler(&a.answer)(w, r)
	})
	mux.HandleFunc(keysPath, func(w http.ResponseWriter, r *http.Request) {
		a.keys.Add(1)
		a.handler(&a.jwks)(w, r)
	})
	a.Server = httptest.NewUnstartedServer(mux)
	a.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			a.connections.Add(1)
		case http.StateClosed:
			select {
			case a.closed <- struct{}{}:
			default:
			}
		}
	}
	if config == nil {
		a.Start()
	} else {
		a.TLS = config
		a.EnableHTTP2 = true
		a.StartTLS()
	}
	t.Cleanup(a.Close)
	return a
}

func (a *admin) respond(h http.HandlerFunc) { a.mu.Lock(); a.answer = h; a.mu.Unlock() }
func (a *admin) publish(h http.HandlerFunc) { a.mu.Lock(); a.jwks = h; a.mu.Unlock() }
func (a *admin) handler(h *http.HandlerFunc) http.HandlerFunc {
	a.mu.Lock()
	defer a.mu.Unlock()
	return *h
}

// reply answers 200 with body.
func reply(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

// refuse answers status with body.
func refuse(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// fixture is a Source with everything that tests check.
type fixture struct {
	*Source
	clock *clock
	seen  *recorder
	log   *coretest.Log
}

// newSource makes a source of a's tokens. Verification is off unless change turns it on.
func newSource(t *testing.T, a *admin, change ...func(*Config)) fixture {
	t.Helper()
	f := fixture{clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, seen: &recorder{}, log: &coretest.Log{}}
	cfg := Config{
		TokenURL: a.URL + tokenPath,
		ClientID: testID,
		Secret:   func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
		Observer: f.seen,
		Log:      slog.New(slog.NewTextHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now:      f.clock.Now,
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Source = s
	s.mono, s.sleep = f.clock.Elapsed, f.clock.Sleep
	t.Cleanup(func() {
		_ = s.Close()
		if text := f.log.String(); strings.Contains(text, "hunter2") || strings.Contains(text, "eyJ") || strings.Contains(text, "opaque-1") {
			t.Errorf("a secret is in the log: %s", text)
		}
	})
	return f
}

func oauth2(c *Config) { c.Grant = core.GrantOAuth2 }

func verified(a *admin) func(*Config) { return func(c *Config) { c.JWKSURL = a.URL + keysPath } }

// mustToken fetches a token.
func (f fixture) mustToken(t *testing.T) core.Token {
	t.Helper()
	token, err := f.Token(t.Context())
	if err != nil {
		t.Fatalf("Token: %v", err)
	}
	return token
}

// mustFail checks that fetching a token fails with a code.
func (f fixture) mustFail(t *testing.T, kind core.Kind, code core.Code) {
	t.Helper()
	_ = f.failure(t, kind, code)
}

// failure is mustFail and returns the error. No error may contain a secret.
func (f fixture) failure(t *testing.T, kind core.Kind, code core.Code) *core.Error {
	t.Helper()
	token, err := f.Token(t.Context())
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := core.AsError(err)
	if e.Kind != kind || e.Code != code {
		t.Errorf("got %s/%s, want %s/%s: %v", e.Kind, e.Code, kind, code, err)
	}
	if !token.Value.IsZero() {
		t.Error("an error comes with a token")
	}
	if text := err.Error(); strings.Contains(text, "hunter2") || strings.Contains(text, "eyJ") {
		t.Errorf("a secret is in the error: %s", text)
	}
	return e
}

// clock is a wall clock and a monotonic clock that a test can set, together or separately.
type clock struct {
	mu   sync.Mutex
	now  time.Time
	mono time.Duration
}

func (c *clock) Now() time.Time         { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) Elapsed() time.Duration { c.mu.Lock(); defer c.mu.Unlock(); return c.mono }
func (c *clock) Advance(d time.Duration) {
	c.AdvanceWall(d)
	c.AdvanceMono(d)
}

// Sleep returns at once, after moving both clocks by d.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error { c.Advance(d); return ctx.Err() }

func (c *clock) AdvanceWall(d time.Duration) { c.mu.Lock(); c.now = c.now.Add(d); c.mu.Unlock() }
func (c *clock) AdvanceMono(d time.Duration) { c.mu.Lock(); c.mono += d; c.mu.Unlock() }

// recorder is an Observer that counts.
type recorder struct {
	mu                    sync.Mutex
	requests, validations map[string]int
}

func (r *recorder) TokenRequest(result string, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.requests == nil {
		r.requests = map[string]int{}
	}
	r.requests[result]++
}

func (r *recorder) Validation(result string, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.validations == nil {
		r.validations = map[string]int{}
	}
	r.validations[result]++
}

func (r *recorder) request(result string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests[result]
}

func (r *recorder) validation(result string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.validations[result]
}

// mutualTLS returns the two sides of a connection that both authenticate.
func mutualTLS(t *testing.T) (ca *coretest.CA, server, client *tls.Config) {
	t.Helper()
	ca = coretest.NewCA(t, "Test CA")
	cert := ca.Client(t, "ingester")
	return ca, ca.ServerConfig(t), &tls.Config{
		RootCAs: ca.Pool(), MinVersion: tls.VersionTLS13,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil },
	}
}
