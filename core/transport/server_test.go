package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// newServer serves handler over mutual TLS 1.3 and HTTP/2.
func newServer(t testing.TB, ca *coretest.CA, handler http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.TLS = ca.ServerConfig(t)
	s.TLS.MinVersion = tls.VersionTLS13
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func newClient(t testing.TB, address string, change func(*Config)) *Server {
	t.Helper()
	base, ok := ParseBase(address)
	if !ok {
		t.Fatal(address)
	}
	cfg := Config{Base: base, Connections: 2, UserAgent: "test"}
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Small bodies go over HTTP/2 if the round-trip time is long or unknown, and all others over
// HTTP/1.1. The link shows it.
func TestSend(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	web := newServer(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Proto+" "+r.UserAgent())
	}))
	s := newClient(t, web.URL, func(cfg *Config) {
		cfg.TLS = &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Client(t, "tester")}}
	})
	for _, tt := range []struct {
		trip time.Duration
		size int64
		want string
	}{
		{0, 0, "HTTP/2.0 test"},
		{0, bulkLimit, "HTTP/1.1 test"},
		{core.LongRoundTrip, 0, "HTTP/1.1 test"},
		{core.LongRoundTrip + 1, 0, "HTTP/2.0 test"},
		{core.LongRoundTrip + 1, bulkLimit, "HTTP/1.1 test"},
	} {
		s.pools.roundTrip.Store(int64(tt.trip))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, _, err := s.Send(req, tt.size)
		if err != nil {
			t.Fatal(err)
		}
		data, err := ReadAnswer(resp.Body)
		_ = resp.Body.Close()
		if err != nil || string(data) != tt.want {
			t.Errorf("%+v: %q, %v", tt, data, err)
		}
		if link := s.Link(); link.State != core.LinkUp || !link.MutualTLS || link.TLSVersion != "TLS 1.3" {
			t.Errorf("%+v", link)
		}
	}
}

func TestParseBase(t *testing.T) {
	for address, want := range map[string]bool{"https://a": true, "http://a:1/b": true, "": false, "a": false, "ftp://a": false, "https://": false, "https://a:b": false} {
		if _, ok := ParseBase(address); ok != want {
			t.Errorf("%q: %v", address, ok)
		}
	}
}

func TestHTTP2NeedsTLS(t *testing.T) {
	base, _ := ParseBase("http://127.0.0.1:1")
	if _, err := New(Config{Base: base, Connections: 1, HTTPVersion: core.HTTP2}); core.CodeOf(err) != core.CodeProfileInvalid {
		t.Errorf("got %v", err)
	}
	if !errors.Is(errNoHTTP2(), &core.Error{Code: core.CodeTLSPolicy}) {
		t.Error("another code")
	}
}

// An error of the sign-in stays unchanged.
func TestTokenError(t *testing.T) {
	known := &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}
	if TokenError("upload", known) != known {
		t.Error("another error")
	}
	if e := TokenError("upload", io.EOF); e.Code != core.CodeConnectionLost || e.Op != "upload" {
		t.Errorf("%+v", e)
	}
}

// The zone of an IPv6 address is used only for dialling: it is sent in no version of HTTP,
// and no certificate has it.
func TestZoneIsNotTold(t *testing.T) {
	loopback, err := net.InterfaceByIndex(1)
	if err != nil {
		t.Fatal(err)
	}
	ca := coretest.NewCA(t, "CA")
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Host+" "+r.Proto+" "+r.TLS.ServerName)
	}))
	_ = web.Listener.Close()
	if web.Listener, err = net.Listen("tcp6", "[::1]:0"); err != nil {
		t.Fatal(err)
	}
	web.TLS = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ca.Server(t, "::1")}}
	web.EnableHTTP2 = true
	web.StartTLS()
	t.Cleanup(web.Close)
	address := strings.Replace(web.URL, "[::1]", "[::1%25"+loopback.Name+"]", 1)
	for version, proto := range map[string]string{core.HTTP11: "HTTP/1.1", core.HTTP2: "HTTP/2.0"} {
		s := newClient(t, address, func(cfg *Config) {
			cfg.HTTPVersion, cfg.TLS = version, &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: ca.Pool()}
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, _, err := s.Send(req, 10)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if want := strings.TrimPrefix(web.URL, "https://") + " " + proto + " "; err != nil || string(data) != want {
			t.Errorf("the server got %q, want %q (%v)", data, want, err)
		}
	}
}

// A TLS session that is resumed was made with our certificate, though the server
// doesn't ask for it again. Clients with the same cache share their sessions.
func TestResumedSessionIsMutual(t *testing.T) {
	for name, tt := range map[string]struct {
		version uint16
		asks    tls.ClientAuthType
		mutual  bool
	}{
		"TLS 1.3":                {tls.VersionTLS13, tls.RequireAnyClientCert, true},
		"TLS 1.2":                {tls.VersionTLS12, tls.RequireAnyClientCert, true},
		"TLS 1.3, not asked for": {tls.VersionTLS13, tls.NoClientCert, false},
		"TLS 1.2, not asked for": {tls.VersionTLS12, tls.NoClientCert, false},
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = fmt.Fprint(w, r.TLS.DidResume)
			}))
			web.TLS = &tls.Config{ClientAuth: tt.asks, MinVersion: tt.version, MaxVersion: tt.version}
			web.StartTLS()
			t.Cleanup(web.Close)
			shared := web.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
			shared.Certificates = []tls.Certificate{coretest.NewCA(t, "Clients").Client(t, "x")}
			shared.MaxVersion = tt.version
			shared.ClientSessionCache = tls.NewLRUClientSessionCache(0)
			base, _ := ParseBase(web.URL)
			signIn := &http.Client{Transport: &http.Transport{TLSClientConfig: wire.Presented(shared, func(bool) {})}} // as package auth does
			first, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := signIn.Do(first)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = ReadAnswer(resp.Body)
			_ = resp.Body.Close()
			signIn.CloseIdleConnections()
			for i, resumed := range []string{"true", "true", "true"} {
				s, err := New(Config{Base: base, TLS: shared, Connections: 1, HTTPVersion: core.HTTP11})
				if err != nil {
					t.Fatal(err)
				}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, _, err := s.Send(req, 0)
				if err != nil {
					t.Fatal(err)
				}
				data, err := ReadAnswer(resp.Body)
				_ = resp.Body.Close()
				if err != nil || string(data) != resumed {
					t.Errorf("connection %d: resumed is %q, %v", i, data, err)
				}
				if link := s.Link(); link.State != core.LinkUp || link.MutualTLS != tt.mutual {
					t.Errorf("connection %d: %+v", i, link)
				}
				s.Close()
			}
		})
	}
}
