package main

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/metrics"
)

// shop is a token server and an ingester on one real TLS socket, whose
// certificate can be exchanged.
type shop struct {
	*httptest.Server
	identity atomic.Pointer[tls.Certificate]
	clients  *coretest.CA
	tokens   atomic.Int64
	health   atomic.Pointer[string] // what it says of itself, nil for nothing
}

func newShop(t *testing.T, first *coretest.CA) *shop {
	t.Helper()
	s := &shop{clients: coretest.NewCA(t, "Client CA")}
	s.moveTo(t, first)
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		config := s.clients.ServerConfig(t)
		config.SessionTicketsDisabled = true // a resumed session shows no certificate
		config.Certificates = []tls.Certificate{*s.identity.Load()}
		return config, nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// moveTo gives the server a certificate of another authority.
func (s *shop) moveTo(t *testing.T, ca *coretest.CA) {
	t.Helper()
	cert := ca.Server(t)
	s.identity.Store(&cert)
}

// ServeHTTP implements http.Handler.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := map[string]any{}
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		s.tokens.Add(1)
		answer = map[string]any{"access_token": "opaque", "token_type": "Bearer", "expires_in": 1800}
	case strings.HasSuffix(r.URL.Path, "/health/ready") && s.health.Load() != nil:
		_, _ = io.WriteString(w, *s.health.Load())
		return
	case strings.HasSuffix(r.URL.Path, "/upload"):
		form, err := r.MultipartReader()
		for err == nil {
			var part *multipart.Part
			if part, err = form.NextPart(); err != nil {
				break
			}
			sum := sha256.New()
			size, _ := io.Copy(sum, part)
			if part.FormName() == "file" {
				answer = map[string]any{"file_id": "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", "size": size, "checksum": hex.EncodeToString(sum.Sum(nil))}
			}
		}
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// newShopper is a program's connections to s, with the profile "shop".
func newShopper(t *testing.T, s *shop, ca *coretest.CA, log *slog.Logger) (*connections, core.Profile) {
	t.Helper()
	dir := t.TempDir()
	p := core.NewProfile("shop")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID, p.Auth.JWKSURL = s.URL, s.URL, "sa_test", "none"
	p.TLS.CACertFile = ca.WritePEM(t, dir)
	p.TLS.CertFile, p.TLS.KeyFile = coretest.WritePair(t, dir, "client", s.clients.Client(t, "first"))
	given := newSecrets(core.NewSecret("s3cret"), nil)
	given.Session = keychain.NewSession()
	c := newConnections(func(string) (core.Profile, error) { return p, nil }, given, metrics.New(metrics.Build{}), log)
	c.lookEvery = 0
	t.Cleanup(c.close)
	return c, p
}

// send uploads a small file.
func send(t *testing.T, c *connections) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	endpoint, err := c.Endpoint(t.Context(), engine.Route{Profile: "shop"})
	if err != nil {
		return err
	}
	uploader, err := c.Uploader(t.Context(), engine.Route{Profile: "shop"}, endpoint.Destination)
	if err != nil {
		return err
	}
	_, err = uploader.Upload(t.Context(), core.Transfer{
		ID: "11111111-2222-4333-8444-555555555555", Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 1},
		Source: core.Source{Path: path, Name: "a.txt", Size: info.Size(), ModTime: info.ModTime()},
	}, silent{})
	return err
}

// silent is a core.Progress that nobody watches.
type silent struct{}

func (silent) Sent(int64)                              {}
func (silent) Resumed(int64)                           {}
func (silent) Finishing(context.Context) error         { return nil }
func (silent) Resumable(context.Context, string) error { return nil }

// logBook is a log that a test reads.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *logBook) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Write implements io.Writer.
func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String is all of it.
func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBook) count(words string) int { return strings.Count(b.String(), words) }

// swap puts content in the place of a file all at once.
func swap(t *testing.T, path string, content []byte) {
	t.Helper()
	coretest.WriteFile(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// Fault 20, of the CA file: while a program runs, the server moves to another
// authority. The next connection trusts the new CA file; one that is half
// written, or whose company is, leaves the old trust as it is.
func TestReplacedCAFile(t *testing.T) {
	old, fresh := coretest.NewCA(t, "Old CA"), coretest.NewCA(t, "New CA")
	s := newShop(t, old)
	var log logBook
	c, p := newShopper(t, s, old, log.logger())
	sends := func(want core.Code) {
		t.Helper()
		if err := send(t, c); core.CodeOf(err) != want {
			t.Fatalf("%v, want %q\n%s", err, want, &log)
		}
	}
	sends("")
	whole := coretest.EncodeCertificates(fresh.Cert.Raw)
	swap(t, p.TLS.CACertFile, whole[:len(whole)/2])
	sends("")
	if s.tokens.Load() != 1 {
		t.Error("half a file made a new connection")
	}
	s.moveTo(t, fresh)
	if err := c.open[engine.Route{Profile: "shop"}].client.Close(); err != nil { // what is idle
		t.Fatal(err)
	}
	sends(core.CodeTLSUntrusted)

	key, err := os.ReadFile(p.TLS.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	swap(t, p.TLS.KeyFile, []byte("half a key"))
	swap(t, p.TLS.CACertFile, whole)
	sends(core.CodeTLSUntrusted) // on the old connection
	if log.count("the old one stays") == 0 {
		t.Errorf("nobody is told: %s", &log)
	}
	swap(t, p.TLS.KeyFile, key)
	sends("")
	sends("")
	if s.tokens.Load() != 2 {
		t.Errorf("%d tokens: the new connection is not kept", s.tokens.Load())
	}
}

// Fault 20: a program that runs for weeks sees its certificate's end come near,
// says so once a level, and sees it renewed.
func TestExpiryWhileRunning(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := newShop(t, ca)
	var log logBook
	c, p := newShopper(t, s, ca, log.logger())
	now := time.Now()
	install := func(days int) time.Time {
		cert := s.clients.Issue(t, coretest.Leaf{CommonName: "client", NotAfter: now.Add(time.Duration(days) * 24 * time.Hour)})
		swap(t, p.TLS.KeyFile, coretest.EncodeKey(t, cert.PrivateKey))
		swap(t, p.TLS.CertFile, coretest.EncodeCertificates(cert.Certificate...))
		return cert.Leaf.NotAfter
	}
	end := install(60)
	found, err := c.connection(t.Context(), engine.Route{Profile: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	const warning = "the client certificate ends soon"
	for _, step := range []struct{ day, warnings int }{{1, 0}, {29, 0}, {31, 1}, {32, 1}, {52, 1}, {54, 2}, {58, 2}, {59, 3}, {61, 4}} {
		at := now.Add(time.Duration(step.day) * 24 * time.Hour)
		if l := found.link(at); !l.CertificateEnd.Equal(end) || log.count(warning) != step.warnings {
			t.Errorf("day %d: ends %v, %d warnings, want %d", step.day, l.CertificateEnd, log.count(warning), step.warnings)
		}
	}
	end = install(400)
	if l := found.link(now.Add(62 * 24 * time.Hour)); !l.CertificateEnd.Equal(end) {
		t.Errorf("after renewal it ends %v, want %v", l.CertificateEnd, end)
	}
	if measured, err := c.metrics.Measurements(now); err != nil || !measured.CertExpiry.Equal(end.Truncate(time.Second)) {
		t.Errorf("%+v, %v", measured, err)
	}
	if l := c.link("shop"); l.CertificateEnd.IsZero() {
		t.Error("the window is not told")
	}
}

// TestConnectionIsMadeOnce: many who need a connection at the same time get the
// same one, made once; nobody is asked twice to unlock a keychain.
func TestConnectionIsMadeOnce(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := newShopper(t, newShop(t, ca), ca, slog.New(slog.DiscardHandler))
	p.TLS = core.TLSSettings{} // certificates are not valid in a bubble's time
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		gate := make(chan struct{})
		c.load = func(string) (core.Profile, error) {
			made.Add(1)
			<-gate
			return p, nil
		}
		got := make(chan *connection, 32)
		for range cap(got) {
			go func() {
				one, err := c.connection(t.Context(), engine.Route{Profile: "shop"})
				if err != nil {
					t.Error(err)
				}
				got <- one
			}()
		}
		synctest.Wait()
		close(gate)
		first := <-got
		for range cap(got) - 1 {
			if one := <-got; one != first {
				t.Error("another connection")
			}
		}
		if n := made.Load(); n != 1 {
			t.Errorf("made %d times", n)
		}
	})
}

// TestConnectionOfAChangedProfile: what was begun before a profile was saved is
// not used after it.
func TestConnectionOfAChangedProfile(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := newShopper(t, newShop(t, ca), ca, slog.New(slog.DiscardHandler))
	loaded := 0
	c.load = func(name string) (core.Profile, error) {
		before := p
		if loaded++; loaded == 1 {
			p.Upload.Protocol = core.ProtocolTus
			c.forget(name)
		}
		return before, nil
	}
	got, err := c.connection(t.Context(), engine.Route{Profile: "shop"})
	if err != nil || got.protocol != core.ProtocolTus || c.open[engine.Route{Profile: "shop"}] != got {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestConnectionGivenUp: who gives up takes nobody else along.
func TestConnectionGivenUp(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := newShopper(t, newShop(t, ca), ca, slog.New(slog.DiscardHandler))
	p.TLS = core.TLSSettings{} // certificates are not valid in a bubble's time
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var made atomic.Int64
		c.load = func(string) (core.Profile, error) {
			if made.Add(1) == 1 {
				<-ctx.Done()
				return p, ctx.Err()
			}
			return p, nil
		}
		gaveUp := make(chan error)
		go func() {
			_, err := c.connection(ctx, engine.Route{Profile: "shop"})
			gaveUp <- err
		}()
		synctest.Wait()
		stays := make(chan error)
		go func() {
			_, err := c.connection(t.Context(), engine.Route{Profile: "shop"})
			stays <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		if err := <-stays; err != nil {
			t.Errorf("who stayed got %v", err)
		}
	})
}

// A server that answers and says that it is not ready is not called ready: the
// link has the words of its checks, until a file is stored or it says otherwise.
func TestServerThatIsNotReady(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := newShop(t, ca)
	c, _ := newShopper(t, s, ca, slog.New(slog.DiscardHandler))
	say := func(text string) { s.health.Store(&text) }
	const bad = `{"status":"fail","checks":{"storage":"disk full","database":"ok","queue":{"depth":9}}}`
	wantUnready := func(words string) {
		t.Helper()
		l := c.link("shop")
		if l.State != core.LinkUnready || l.Err == nil || l.Err.Code != core.CodeNotReady || l.Err.ServerText != words || l.HTTP == "" {
			t.Errorf("the link is %+v, %v", l, l.Err)
		}
	}
	say(bad)
	if err := c.ready(t.Context(), "shop"); core.CodeOf(err) != core.CodeNotReady || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	wantUnready(`queue: {"depth":9}; storage: disk full`)
	say(`{"status":"fail"}`)
	_ = c.ready(t.Context(), "shop") // the link says it
	wantUnready("fail")
	for what, mend := range map[string]func() error{
		"it says so":       func() error { say(`{"status":"degraded","checks":{}}`); return c.ready(t.Context(), "shop") },
		"a file is stored": func() error { return send(t, c) },
	} {
		say(bad)
		_ = c.ready(t.Context(), "shop") // the link says it
		if err := mend(); err != nil {
			t.Error(err)
		}
		if l := c.link("shop"); l.State != core.LinkUp || l.Err != nil {
			t.Errorf("%s: the link is %+v", what, l)
		}
	}
}
