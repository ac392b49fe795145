package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
)

// connectionsTo are a program's connections to s, and its profile "shop".
func connectionsTo(t *testing.T, s *coretest.ArtStore, ca *coretest.CA, log *slog.Logger) (*Connections, core.Profile) {
	t.Helper()
	p := s.Profile(t, ca)
	c := New(Config{Load: func(string) (core.Profile, error) { return p, nil }, Secrets: NewSecrets(core.NewSecret("s3cret"), nil), Metrics: metrics.New(metrics.Build{}), Log: log})
	c.lookEvery = 0
	t.Cleanup(c.Close)
	return c, p
}

// send uploads a small file.
func send(t *testing.T, c *Connections) error {
	t.Helper()
	by := engine.Route{Profile: "shop"}
	endpoint, err := c.Endpoint(t.Context(), by)
	if err != nil {
		return err
	}
	uploader, err := c.Uploader(t.Context(), by, endpoint.Destination)
	if err != nil {
		return err
	}
	_, err = uploader.Upload(t.Context(), coretest.SmallFile(t), coretest.Unwatched{})
	return err
}

// swap replaces a file at once.
func swap(t *testing.T, path string, content []byte) {
	t.Helper()
	coretest.WriteFile(t, path+".new", content)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// Fault 20, of the CA file: while the program runs, the server gets a certificate of
// another CA. The next connection trusts the new CA file. If that or the key file is only
// half written, the old CA file is still used.
func TestReplacedCAFile(t *testing.T) {
	old, fresh := coretest.NewCA(t, "Old CA"), coretest.NewCA(t, "New CA")
	s := coretest.NewArtStore(t, old)
	var log coretest.Log
	c, p := connectionsTo(t, s, old, log.Logger())
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
	if s.Tokens.Load() != 1 {
		t.Error("half a file made a new connection")
	}
	s.MoveTo(t, fresh)
	if err := c.open[engine.Route{Profile: "shop"}].client.Close(); err != nil { // closes idle connections
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
	if log.Count("the old one stays") == 0 {
		t.Errorf("nobody is told: %s", &log)
	}
	swap(t, p.TLS.KeyFile, key)
	sends("")
	sends("")
	if s.Tokens.Load() != 2 {
		t.Errorf("%d tokens: the new connection is not kept", s.Tokens.Load())
	}
}

// Fault 20: a program that runs for weeks notices that its certificate expires soon, warns
// once for each level, and notices that it was renewed.
func TestExpiryWhileRunning(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := coretest.NewArtStore(t, ca)
	var log coretest.Log
	c, p := connectionsTo(t, s, ca, log.Logger())
	now := time.Now()
	install := func(days int) time.Time {
		cert := s.Clients.Issue(t, coretest.Leaf{CommonName: "client", NotAfter: now.Add(time.Duration(days) * 24 * time.Hour)})
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
		if l := found.link(at); !l.CertificateExpiry.Equal(end) || log.Count(warning) != step.warnings {
			t.Errorf("day %d: ends %v, %d warnings, want %d", step.day, l.CertificateExpiry, log.Count(warning), step.warnings)
		}
	}
	end = install(400)
	if l := found.link(now.Add(62 * 24 * time.Hour)); !l.CertificateExpiry.Equal(end) {
		t.Errorf("after renewal it ends %v, want %v", l.CertificateExpiry, end)
	}
	if measured, err := c.cfg.Metrics.Measurements(now); err != nil || !measured.CertExpiry.Equal(end.Truncate(time.Second)) {
		t.Errorf("%+v, %v", measured, err)
	}
	c.cfg.Metrics.SetCertificateExpiry(time.Time{}) // a connection of another profile was made
	if l := c.Link("shop"); l.CertificateExpiry.IsZero() {
		t.Error("the window is not told")
	}
	if measured, err := c.cfg.Metrics.Measurements(now); err != nil || measured.CertExpiry.IsZero() {
		t.Errorf("the figures are another profile's: %v", err)
	}
	newExpiry(&tls.Config{}, c.cfg.Metrics, log.Logger(), now)
	if measured, err := c.cfg.Metrics.Measurements(now); err != nil || !measured.CertExpiry.IsZero() {
		t.Errorf("without a certificate it expires %v, %v", measured.CertExpiry, err)
	}
	if l := c.Link("shop"); l.Rate != 0 || !l.RateUntil.IsZero() {
		t.Errorf("%d bytes a second are allowed until %v", l.Rate, l.RateUntil)
	}
	c.limits[engine.Route{Profile: "shop"}].set("1MiB")
	if l := c.Link("shop"); l.Rate != 1<<20 || !l.RateUntil.IsZero() {
		t.Errorf("%d bytes a second are allowed until %v, want 1 MiB for ever", l.Rate, l.RateUntil)
	}
}

// TestConnectionIsMadeOnce: a connection that is needed many times at once is made once;
// the user is not asked twice to unlock a keychain.
func TestConnectionIsMadeOnce(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := connectionsTo(t, coretest.NewArtStore(t, ca), ca, slog.New(slog.DiscardHandler))
	p.TLS = core.TLSSettings{} // certificates are not valid in a bubble's time
	synctest.Test(t, func(t *testing.T) {
		var made atomic.Int64
		gate := make(chan struct{})
		c.cfg.Load = func(string) (core.Profile, error) {
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

// TestConnectionOfAChangedProfile: a connection that was begun before the profile was
// saved is not used afterwards.
func TestConnectionOfAChangedProfile(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := connectionsTo(t, coretest.NewArtStore(t, ca), ca, slog.New(slog.DiscardHandler))
	loaded := 0
	c.cfg.Load = func(name string) (core.Profile, error) {
		before := p
		if loaded++; loaded == 1 {
			p.Upload.Protocol = core.ProtocolTus
			c.Forget(name)
		}
		return before, nil
	}
	got, err := c.connection(t.Context(), engine.Route{Profile: "shop"})
	if err != nil || got.protocol != core.ProtocolTus || c.open[engine.Route{Profile: "shop"}] != got {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestConnectionGivenUp: one who gives up does not cancel it for the others.
func TestConnectionGivenUp(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	c, p := connectionsTo(t, coretest.NewArtStore(t, ca), ca, slog.New(slog.DiscardHandler))
	p.TLS = core.TLSSettings{} // certificates are not valid in a bubble's time
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var made atomic.Int64
		c.cfg.Load = func(string) (core.Profile, error) {
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

// A server that answers that it is not ready is not called ready. The link has the text of
// its checks, until a file is stored or the server says that it is ready.
func TestServerThatIsNotReady(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := coretest.NewArtStore(t, ca)
	c, _ := connectionsTo(t, s, ca, slog.New(slog.DiscardHandler))
	say := func(text string) { s.Health.Store(&text) }
	const bad = `{"status":"fail","checks":{"storage":"disk full","database":"ok","queue":{"depth":9}}}`
	wantUnready := func(words string) {
		t.Helper()
		l := c.Link("shop")
		if l.State != core.LinkUnready || l.Err == nil || l.Err.Code != core.CodeNotReady || l.Err.ServerText != words || l.HTTP == "" {
			t.Errorf("the link is %+v, %v", l, l.Err)
		}
	}
	say(bad)
	if err := c.Ready(t.Context(), "shop"); core.CodeOf(err) != core.CodeNotReady || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("got %v", err)
	}
	wantUnready(`queue: {"depth":9}; storage: disk full`)
	say(`{"status":"fail"}`)
	_ = c.Ready(t.Context(), "shop") // the link says it
	wantUnready("fail")
	for what, mend := range map[string]func() error{
		"it says so":       func() error { say(`{"status":"degraded","checks":{}}`); return c.Ready(t.Context(), "shop") },
		"a file is stored": func() error { return send(t, c) },
	} {
		say(bad)
		_ = c.Ready(t.Context(), "shop") // the link says it
		if err := mend(); err != nil {
			t.Error(err)
		}
		if l := c.Link("shop"); l.State != core.LinkUp || l.Err != nil {
			t.Errorf("%s: the link is %+v", what, l)
		}
	}
}

// Another process changes a profile: the open connection is not used for the new server,
// and a new connection not for the old one.
func TestConnectionGoesWhereItWasMadeFor(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	first, second := coretest.NewArtStore(t, ca), coretest.NewArtStore(t, ca)
	c, p := connectionsTo(t, first, ca, slog.New(slog.DiscardHandler))
	c.cfg.Load = func(string) (core.Profile, error) { return p, nil }
	if err := send(t, c); err != nil {
		t.Fatal(err)
	}
	old := p.Destination()
	p.Upload.TusURL = second.URL + "/files/" // still the same server
	if found, err := c.Uploader(t.Context(), engine.Route{Profile: "shop"}, old); err != nil || found.(*connection).endpoint.Destination != old {
		t.Errorf("%v, %v", found, err)
	}
	for _, change := range []func(){
		func() { p.IngesterURL = second.URL },
		func() { p.Auth.ClientID = "sa_other" },
	} {
		change()
		if open, err := c.Uploader(t.Context(), engine.Route{Profile: "shop"}, old); err != nil || open.(*connection).endpoint.Destination != old {
			t.Errorf("the connection that is open: %v, %v", open, err)
		}
		found, err := c.Uploader(t.Context(), engine.Route{Profile: "shop"}, p.Destination())
		if err != nil {
			t.Fatal(err)
		}
		if got := found.(*connection).endpoint.Destination; got != p.Destination() {
			t.Errorf("leads to %v, want %v", got, p.Destination())
		}
		if _, err := c.Uploader(t.Context(), engine.Route{Profile: "shop"}, old); core.CodeOf(err) != core.CodeOtherServer {
			t.Errorf("the old destination: %v", err)
		}
		old = p.Destination()
	}
	if got := first.Tokens.Load(); got != 1 {
		t.Errorf("%d tokens were fetched from the first server", got)
	}
}
