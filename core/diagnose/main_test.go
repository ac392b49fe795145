package diagnose

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testID     = "sa_test_reports_1a2b3c"
	testSecret = "canary-secret-hunter2" //nolint:gosec // nobody's secret
	year       = 365 * 24 * time.Hour
)

// world is both servers, on real sockets, and a matching profile.
type world struct {
	ca, clients *coretest.CA // the CAs of the servers and of clients
	admin       *backend
	ingester    *backend
	signer      signer
	profile     core.Profile
	cfg         Config
	dir         string
}

// backend is one server and a record of its requests.
type backend struct {
	*httptest.Server
	mux      http.ServeMux
	requests atomic.Int64

	mu    sync.Mutex
	asked []string // method and path, and whether a token came along
}

// was returns the requests.
func (b *backend) was() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.asked)
}

// newWorld starts servers that demand a client certificate and have no faults. Each change can
// add one.
func newWorld(t *testing.T, change ...func(*testing.T, *world)) *world {
	t.Helper()
	w := &world{ca: newCA(t, "Example Root CA"), clients: newCA(t, "Example Client CA"), dir: t.TempDir(), signer: newSigner(t)}
	w.admin = serve(t, w.serverTLS(t))
	w.admin.HandleFunc("POST /api/v1/auth/token", w.token(map[string]any{"scope": "files:write files:read"}))
	w.admin.HandleFunc("GET /api/v1/auth/jwks", answer(http.StatusOK, w.signer.jwks()))
	w.ingester = serve(t, w.serverTLS(t))
	w.ingester.HandleFunc("GET /health/ready", answer(http.StatusOK,
		`{"status":"ok","checks":{"storage":"ok"},"idempotency_key":true,"max_file_size":1073741824}`))
	w.ingester.HandleFunc("GET /api/v1/files/{$}", guarded(http.StatusOK, `{"items":[]}`))

	w.profile = core.NewProfile("test")
	w.profile.Auth.ClientID = testID
	w.profile.TLS.ProtocolVersion = core.TLSv12
	w.profile.TLS.CACertFile = w.ca.WritePEM(t, w.dir)
	w.profile.TLS.CertFile, w.profile.TLS.KeyFile = coretest.WritePair(t, w.dir, "client", w.client(t, year))
	w.profile.AdminURL, w.profile.IngesterURL = w.admin.URL, w.ingester.URL
	w.cfg = Config{
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
		Proxy:  func(*http.Request) (*url.URL, error) { return nil, nil },
	}
	for _, c := range change {
		c(t, w)
	}
	return w
}

// serverTLS returns a server's configuration with a matching certificate.
func (w *world) serverTLS(t *testing.T) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{w.server(t, coretest.Leaf{})},
		ClientAuth:   tls.RequireAndVerifyClientCert,
		ClientCAs:    w.clients.Pool(),
	}
}

// server issues a server certificate: valid for a year and for the loopback names, unless leaf says
// otherwise.
func (w *world) server(t *testing.T, leaf coretest.Leaf) tls.Certificate {
	return issue(t, w.ca, leaf)
}

func issue(t *testing.T, ca *coretest.CA, leaf coretest.Leaf) tls.Certificate {
	t.Helper()
	if leaf.CommonName == "" {
		leaf.CommonName = "server.example"
	}
	if leaf.Hosts == nil {
		leaf.Hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	if leaf.Usage == nil {
		leaf.Usage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	if leaf.NotAfter.IsZero() {
		leaf.NotAfter = time.Now().Add(year)
	}
	return ca.Issue(t, leaf)
}

func (w *world) client(t *testing.T, lifetime time.Duration) tls.Certificate {
	return w.clients.Issue(t, coretest.Leaf{
		CommonName: "scanner-07", Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: time.Now().Add(lifetime),
	})
}

// token answers a token request with the right secret by a signed token.
func (w *world) token(claims map[string]any) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.Contains(string(body), testSecret) {
			answer(http.StatusUnauthorized, `{"detail":"Invalid client credentials"}`)(rw, r)
			return
		}
		answer(http.StatusOK, fmt.Sprintf(`{"access_token":%q,"token_type":"Bearer","expires_in":1800}`, w.signer.mint(claims)))(rw, r)
	}
}

// HandleFunc registers a handler.
func (b *backend) HandleFunc(pattern string, h http.HandlerFunc) { b.mux.HandleFunc(pattern, h) }

// serve starts a server. With config nil it uses plain HTTP.
func serve(t *testing.T, config *tls.Config) *backend {
	t.Helper()
	b := &backend{}
	b.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.requests.Add(1)
		line := r.Method + " " + r.URL.Path
		if r.Header.Get("Authorization") != "" {
			line += " token"
		}
		b.mu.Lock()
		b.asked = append(b.asked, line)
		b.mu.Unlock()
		b.mux.ServeHTTP(w, r)
	}))
	b.Config.ErrorLog = log.New(io.Discard, "", 0)
	if config == nil {
		b.Start()
	} else {
		b.TLS = config
		b.EnableHTTP2 = config.NextProtos == nil
		b.StartTLS()
	}
	t.Cleanup(b.Close)
	return b
}

// restart replaces a server by one with another configuration and the same
// handlers.
func restart(t *testing.T, old *backend, config *tls.Config) *backend {
	t.Helper()
	b := serve(t, config)
	b.mux.Handle("/", &old.mux)
	return b
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// guarded answers requests with a token, and refuses others.
func guarded(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			answer(http.StatusUnauthorized, `{"detail":"Not authenticated"}`)(w, r)
			return
		}
		answer(status, body)(w, r)
	}
}

// newCA makes a CA that is valid for ten years, so that only the certificates of a test expire.
func newCA(t *testing.T, name string, change ...func(*x509.Certificate)) *coretest.CA {
	t.Helper()
	return newCABelow(t, nil, name, change...)
}

func newCABelow(t *testing.T, parent *coretest.CA, name string, change ...func(*x509.Certificate)) *coretest.CA {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: must[*big.Int](t)(rand.Int(rand.Reader, big.NewInt(1<<62))),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(10 * year),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	for _, c := range change {
		c(template)
	}
	ca := &coretest.CA{Cert: template, Key: key}
	if parent == nil {
		parent = ca
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, parent.Cert, key.Public(), parent.Key))
	ca.Cert = must[*x509.Certificate](t)(x509.ParseCertificate(der))
	return ca
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// outcome is the result of a run.
type outcome struct {
	steps []core.Step
	err   *core.Error
}

// run makes the test and checks what holds for all runs: the error is the first failure's, and no
// step shows a secret.
func (w *world) run(t *testing.T) outcome {
	t.Helper()
	return w.runWithin(t.Context(), t)
}

func (w *world) runWithin(ctx context.Context, t *testing.T) outcome {
	t.Helper()
	w.cfg.Profile = w.profile
	var o outcome
	err := Run(ctx, w.cfg, func(s core.Step) { o.steps = append(o.steps, s) })
	o.err = core.AsError(err)
	for _, s := range o.steps {
		if s.Status == core.StepFailed {
			if s.Err != o.err {
				t.Errorf("the error is %v, the first failure's is %v", o.err, s.Err)
			}
			break
		}
	}
	for _, s := range o.steps {
		if (s.Status == core.StepFailed) != (s.Err != nil) {
			t.Errorf("%s is %s with error %v", s.Name, s.Status, s.Err)
		}
		if (s.Status == core.StepFailed || s.Status == core.StepWarning) == (s.Advice == "") {
			t.Errorf("%s is %s with advice %q", s.Name, s.Status, s.Advice)
		}
	}
	return o
}

// step returns a step's result. target "" is the step of both servers.
func (o outcome) step(t *testing.T, target core.Target, name string) core.Step {
	t.Helper()
	for _, s := range o.steps {
		if s.Name == name && s.Target == target {
			return s
		}
	}
	t.Fatalf("there is no step %s of %q in\n%s", name, target, Text(o.steps))
	return core.Step{}
}

// wants checks a step's status, and that detail, error and advice together contain all texts.
func (o outcome) wants(t *testing.T, target core.Target, name string, status core.StepStatus, texts ...string) {
	t.Helper()
	s := o.step(t, target, name)
	all := Text([]core.Step{s})
	for _, before := range o.steps { // the advice is given by the first step with the same cause
		if s.Status == core.StepFailed && strings.Contains(s.Advice, "same as above") && before.Err != nil && before.Err.Code == s.Err.Code {
			all += before.Advice
			break
		}
	}
	if s.Status != status {
		t.Errorf("%s is %s, not %s: %s", name, s.Status, status, all)
	}
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%s does not say %q: %s", name, text, all)
		}
	}
}

// fails checks that a step failed with code and that the next one was not reached.
func (o outcome) fails(t *testing.T, target core.Target, name string, code core.Code, texts ...string) {
	t.Helper()
	o.wants(t, target, name, core.StepFailed, texts...)
	if s := o.step(t, target, name); core.CodeOf(errorOrNil(s.Err)) != code {
		t.Errorf("%s has code %s, not %s: %v", name, core.CodeOf(errorOrNil(s.Err)), code, s.Err)
	}
	for i, s := range o.steps[:len(o.steps)-1] {
		next := o.steps[i+1]
		if s.Name == name && s.Target == target && next.Target == target && next.Status != core.StepNotReached {
			t.Errorf("%s follows a failure as %s", next.Name, next.Status)
		}
	}
}

// passes checks that no step failed or warned.
func (o outcome) passes(t *testing.T) {
	t.Helper()
	for _, s := range o.steps {
		if s.Status != core.StepOK {
			t.Errorf("a step failed or warned:\n%s", Text(o.steps))
			return
		}
	}
	if o.err != nil || len(o.steps) == 0 {
		t.Errorf("%d steps, error %v", len(o.steps), o.err)
	}
}

func (o outcome) names() string {
	var names []string
	for _, s := range o.steps {
		names = append(names, strings.TrimSuffix(s.Name+"/"+string(s.Target), "/"))
	}
	return strings.Join(names, " ")
}

func port(address string) string {
	_, p, _ := strings.Cut(strings.TrimPrefix(address, "https://"), ":")
	return p
}
