package diagnose

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/core"
)

const (
	proxyUser     = "canary-user"
	proxyPassword = "canary-password" //nolint:gosec // nobody's password
)

// forwarder is an HTTP proxy on a real socket.
type forwarder struct {
	*httptest.Server
	login   bool // a login is demanded
	refuse  int  // the status of every answer, 0 to do the work
	tunnels atomic.Int64
}

func newForwarder(t *testing.T, config *tls.Config) *forwarder {
	t.Helper()
	f := &forwarder{}
	f.Server = httptest.NewUnstartedServer(f)
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	if config == nil {
		f.Start()
	} else {
		f.TLS = config
		f.StartTLS()
	}
	t.Cleanup(f.Close)
	return f
}

// ServeHTTP implements http.Handler.
func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	as := &http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}
	user, password, _ := as.BasicAuth()
	switch {
	case f.login && (user != proxyUser || password != proxyPassword):
		w.Header().Set("Proxy-Authenticate", `Basic realm="test"`)
		http.Error(w, "no", http.StatusProxyAuthRequired)
	case f.refuse != 0:
		http.Error(w, "no", f.refuse)
	case r.Method == http.MethodConnect:
		f.tunnel(w, r.Host)
	default:
		f.tunnels.Add(1)
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		w.WriteHeader(resp.StatusCode)
		_, _ = io.Copy(w, resp.Body)
	}
}

func (f *forwarder) tunnel(w http.ResponseWriter, target string) {
	server, err := net.Dial("tcp", target)
	if err != nil {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = server.Close()
		return
	}
	f.tunnels.Add(1)
	_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
	join(client, server)
}

// join carries bytes in both directions until one side ends.
func join(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(a, b)
		_ = a.Close()
		close(done)
	}()
	_, _ = io.Copy(b, a)
	_ = b.Close()
	<-done
}

// through makes everything go through the proxy at address, which may contain a user name and
// password.
func (w *world) through(t *testing.T, address string) {
	u := must[*url.URL](t)(url.Parse(address))
	w.cfg.Proxy = func(*http.Request) (*url.URL, error) { return u, nil }
}

func login(address string) string {
	return strings.Replace(address, "://", "://"+proxyUser+":"+proxyPassword+"@", 1)
}

func TestProxy(t *testing.T) {
	t.Run("without a password", func(t *testing.T) {
		w, f := newWorld(t), newForwarder(t, nil)
		w.through(t, f.URL)
		o := w.run(t)
		o.passes(t)
		o.wants(t, core.TargetIngester, Proxy, core.StepOK, f.URL)
		o.wants(t, core.TargetIngester, DNS, core.StepOK, "nothing to look up")
		o.wants(t, core.TargetIngester, TCP, core.StepOK, "the proxy has connected to 127.0.0.1:")
		o.wants(t, core.TargetIngester, ClientCertificate, core.StepOK, "accepted")
		o.wants(t, core.TargetIngester, HTTP, core.StepOK, "HTTP/2")
		if f.tunnels.Load() == 0 {
			t.Error("nothing went through the proxy")
		}
	})
	t.Run("with a password", func(t *testing.T) {
		w, f := newWorld(t), newForwarder(t, nil)
		f.login = true
		w.through(t, login(f.URL))
		w.profile.IngesterURL = "https://localhost:" + port(w.ingester.URL)
		o := w.run(t)
		o.passes(t)
		o.wants(t, core.TargetIngester, Proxy, core.StepOK, f.URL+", with a user name")
		o.wants(t, core.TargetIngester, DNS, core.StepOK, "left to the proxy")
	})
	t.Run("with TLS", func(t *testing.T) {
		w := newWorld(t)
		config := w.serverTLS(t)
		config.ClientAuth = tls.NoClientCert
		f := newForwarder(t, config)
		f.login = true
		w.through(t, login(f.URL))
		o := w.run(t)
		o.passes(t)
		o.wants(t, core.TargetIngester, Proxy, core.StepOK, "https://127.0.0.1")
	})
	t.Run("plain HTTP", func(t *testing.T) {
		w, f := newWorld(t), newForwarder(t, nil)
		f.login = true
		w.ingester = restart(t, w.ingester, nil)
		w.profile.IngesterURL = w.ingester.URL
		w.through(t, login(f.URL))
		o := w.run(t)
		o.passes(t)
		o.wants(t, core.TargetIngester, TCP, core.StepOK, "handed to the proxy")
		w.through(t, f.URL)
		w.run(t).fails(t, core.TargetIngester, HTTP, core.CodeProxy, "asks for a user name and password")
	})
}

func TestProxyFails(t *testing.T) {
	type change = func(t *testing.T, w *world)
	refusing := func(status int) change {
		return func(t *testing.T, w *world) {
			f := newForwarder(t, nil)
			f.refuse = status
			w.through(t, f.URL)
		}
	}
	at := func(address string) change { return func(t *testing.T, w *world) { w.through(t, address) } }
	saying := func(text string) change {
		return func(t *testing.T, w *world) {
			w.through(t, "http://"+listen(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, text)
			}))
		}
	}
	for _, tt := range []struct {
		name   string
		change change
		step   string
		text   string
	}{
		{"asks for a password", func(t *testing.T, w *world) {
			f := newForwarder(t, nil)
			f.login = true
			w.through(t, f.URL)
		}, Proxy, "asks for a user name and password"},
		{"wrong password", func(t *testing.T, w *world) {
			f := newForwarder(t, nil)
			f.login = true
			w.through(t, strings.Replace(f.URL, "://", "://joe:canary-wrong@", 1))
		}, Proxy, "refuses the user name and password"},
		{"refuses the server", refusing(http.StatusForbidden), Proxy, "does not allow connections to 127.0.0.1:"},
		{"can't reach the server", refusing(http.StatusBadGateway), TCP, "could not connect to 127.0.0.1:"},
		{"not there", at("http://" + unused(t)), Proxy, "The proxy refuses connections on this port"},
		{"no such name", at("http://user:canary-password@proxy.invalid:3128"), Proxy, "HTTPS_PROXY"},
		{"unknown kind", at("gopher://" + unused(t)), Proxy, ""},
		{"an unknown kind that listens", func(t *testing.T, w *world) {
			w.through(t, "gopher://"+newForwarder(t, nil).Listener.Addr().String())
		}, Proxy, "begins with none of"},
		{"no proxy", saying("SSH-2.0-OpenSSH_9.9\r\n"), Proxy, "is no HTTP proxy"},
		{"hangs up", saying(""), Proxy, "The connection to the proxy was lost"},
		{"bad address", func(_ *testing.T, w *world) {
			w.cfg.Proxy = func(*http.Request) (*url.URL, error) {
				return nil, errors.New(`invalid proxy address "joe:canary-password@[proxy"`) // net/http's text
			}
		}, Proxy, "not valid"},
		{"TLS of strangers", func(t *testing.T, w *world) {
			stranger := newWorld(t)
			config := stranger.serverTLS(t)
			config.ClientAuth = tls.NoClientCert
			w.through(t, newForwarder(t, config).URL)
		}, Proxy, "No trusted authority"},
		{"no SOCKS", func(t *testing.T, w *world) {
			w.through(t, "socks5://"+listen(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") }))
		}, Proxy, "no SOCKS5 proxy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, tt.change)
			o := w.run(t)
			o.fails(t, core.TargetIngester, tt.step, core.CodeProxy, tt.text)
			o.wants(t, core.TargetIngester, Ready, core.StepNotReached)
			noSecrets(t, o)
			if w.ingester.requests.Load() != 0 {
				t.Error("a request got through")
			}
		})
	}
}

// A proxy with TLS can't be used if the CA file can't be read.
func TestProxyWithoutTrust(t *testing.T) {
	w := newWorld(t)
	w.profile.TLS.CACertFile = w.profile.TLS.KeyFile // a file without a certificate
	w.through(t, newForwarder(t, w.serverTLS(t)).URL)
	w.run(t).fails(t, core.TargetIngester, Proxy, core.CodeCAInvalid)
}

func TestSilentProxy(t *testing.T) {
	for _, scheme := range []string{"http", "https", "socks5"} {
		t.Run(scheme, func(t *testing.T) {
			w, ctx := newWorld(t), newExpiring(t)
			w.through(t, scheme+"://"+listen(t, ctx.silence))
			w.runOne(ctx, t, core.TargetIngester).fails(t, core.TargetIngester, Proxy, core.CodeProxy, "The proxy did not answer in time")
		})
	}
}

func TestSOCKS(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server socksServer
		login  bool
		step   string // the step that fails, "" for none
		text   string
	}{
		{"open", socksServer{}, false, "", "with"},
		{"with a password", socksServer{login: true}, true, "", "with a user name"},
		{"wrong password", socksServer{login: true, deny: true}, true, Proxy, "refuses the user name and password"},
		{"asks for a password", socksServer{login: true}, false, Proxy, "asks for a user name and password"},
		{"can't reach the server", socksServer{answer: 4}, false, TCP, "host unreachable"},
		{"refused by the server", socksServer{answer: 5}, false, TCP, "connection refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			address := "socks5://" + listen(t, tt.server.serve)
			if tt.login {
				address = login(address)
			}
			w.through(t, address)
			if tt.step == "" {
				o := w.runOne(t.Context(), t, core.TargetIngester)
				o.passes(t)
				o.wants(t, core.TargetIngester, TCP, core.StepOK, "the proxy has connected")
				noSecrets(t, o)
				return
			}
			o := w.run(t)
			o.fails(t, core.TargetIngester, tt.step, core.CodeProxy, tt.text)
			noSecrets(t, o)
		})
	}
}

// socksServer implements as much of RFC 1928 and 1929 as the tests need.
type socksServer struct {
	login, deny bool
	answer      byte // to the request, 0 to do the work
}

func (s socksServer) serve(conn net.Conn) {
	greeting := make([]byte, 2)
	if _, err := io.ReadFull(conn, greeting); err != nil {
		return
	}
	methods := make([]byte, greeting[1])
	_, _ = io.ReadFull(conn, methods)
	if s.login {
		if !strings.Contains(string(methods), "\x02") {
			_, _ = conn.Write([]byte{5, 0xff})
			return
		}
		_, _ = conn.Write([]byte{5, 2})
		want := "\x01" + string(rune(len(proxyUser))) + proxyUser + string(rune(len(proxyPassword))) + proxyPassword
		got := make([]byte, len(want))
		_, _ = io.ReadFull(conn, got)
		if s.deny || string(got) != want {
			_, _ = conn.Write([]byte{1, 1})
			return
		}
		_, _ = conn.Write([]byte{1, 0})
	} else {
		_, _ = conn.Write([]byte{5, 0})
	}
	request := make([]byte, 10) // CONNECT to an IPv4 address
	if _, err := io.ReadFull(conn, request); err != nil {
		return
	}
	if s.answer != 0 {
		_, _ = conn.Write([]byte{5, s.answer, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	target := net.TCPAddr{IP: request[4:8], Port: int(request[8])<<8 | int(request[9])}
	server, err := net.Dial("tcp", target.String())
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	join(conn, server)
}

// unused returns an address at which nothing listens.
func unused(t *testing.T) string {
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	_ = l.Close()
	return l.Addr().String()
}
