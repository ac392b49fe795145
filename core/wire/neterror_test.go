package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// get makes one request with a new client and returns its error.
func get(t *testing.T, address string, config *tls.Config) error {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(address)
	if err == nil {
		_, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
	}
	if err == nil {
		t.Fatal("the request succeeded")
	}
	return err
}

// verdict connects and waits until the server accepts or refuses our certificate. It sends
// nothing: if the server closed the connection while a request arrives, the reset could
// overtake its alert.
func verdict(t *testing.T, address string, config *tls.Config) error {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, err = conn.Read(make([]byte, 1))
	return err
}

// serveTLS starts a real server and returns its address.
func serveTLS(t *testing.T, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// serveRaw accepts connections and hands each to handle.
func serveRaw(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			handle(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

func want(t *testing.T, err error, kind core.Kind, code core.Code) {
	t.Helper()
	_ = wantError(t, err, kind, code)
}

// wantError is want, but returns the error for further checks.
func wantError(t *testing.T, err error, kind core.Kind, code core.Code) *core.Error {
	t.Helper()
	e := wire.NetworkError("fetch", err)
	if e.Kind != kind || e.Code != code {
		t.Errorf("%v\n got %s/%s\nwant %s/%s", err, e.Kind, e.Code, kind, code)
	}
	if e.Op != "fetch" || e.Message == "" || e.Outcome != core.OutcomeNotProcessed {
		t.Errorf("incomplete: %+v", e)
	}
	return e
}

func TestNetworkErrorServerCertificate(t *testing.T) {
	ca, other := coretest.NewCA(t, "ours"), coretest.NewCA(t, "another")
	trust := &tls.Config{RootCAs: ca.Pool()}
	leaf := func(l coretest.Leaf) *tls.Config {
		l.Usage = append(l.Usage, x509.ExtKeyUsageServerAuth)
		return &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, l)}}
	}
	loopback := []string{"127.0.0.1"}
	for _, tt := range []struct {
		name   string
		server *tls.Config
		code   core.Code
	}{
		{"unknown authority", &tls.Config{Certificates: []tls.Certificate{other.Server(t)}}, core.CodeTLSUntrusted},
		{"another host", leaf(coretest.Leaf{Hosts: []string{"elsewhere.example"}}), core.CodeTLSHostname},
		{"expired", leaf(coretest.Leaf{Hosts: loopback, NotAfter: time.Now().Add(-time.Hour)}), core.CodeTLSExpired},
		{"not yet valid", leaf(coretest.Leaf{Hosts: loopback, NotBefore: time.Now().Add(time.Hour)}), core.CodeTLSExpired},
		{"for clients only", &tls.Config{Certificates: []tls.Certificate{ca.Issue(t, coretest.Leaf{Hosts: loopback, Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})}}, core.CodeTLSUntrusted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want(t, get(t, serveTLS(t, tt.server), trust), core.KindTLS, tt.code)
		})
	}
}

func TestNetworkErrorClientCertificate(t *testing.T) {
	ca, other := coretest.NewCA(t, "ours"), coretest.NewCA(t, "another")
	for version, versionName := range map[uint16]string{tls.VersionTLS12: "TLS 1.2", tls.VersionTLS13: "TLS 1.3"} {
		server := ca.ServerConfig(t)
		server.MaxVersion = version
		address := serveTLS(t, server)
		present := func(c ...tls.Certificate) *tls.Config {
			config := &tls.Config{RootCAs: ca.Pool(), ServerName: "localhost"}
			if len(c) > 0 {
				config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &c[0], nil }
			}
			return config
		}
		t.Run(versionName+" none", func(t *testing.T) {
			err := verdict(t, address, present())
			if version == tls.VersionTLS12 { // which has no alert of its own for this
				if e := wantError(t, err, core.KindTLS, core.CodeTLSFailed); !strings.Contains(e.Message, "client certificate") {
					t.Error(e.Message)
				}
				return
			}
			want(t, err, core.KindTLS, core.CodeTLSClientRequired)
		})
		t.Run(versionName+" of another authority", func(t *testing.T) {
			want(t, verdict(t, address, present(other.Client(t, "stranger"))), core.KindTLS, core.CodeTLSClientRefused)
		})
		t.Run(versionName+" expired", func(t *testing.T) {
			expired := ca.Issue(t, coretest.Leaf{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, NotAfter: time.Now().Add(-time.Hour)})
			want(t, verdict(t, address, present(expired)), core.KindTLS, core.CodeTLSClientRefused)
		})
	}
}

func TestNetworkErrorHandshake(t *testing.T) {
	ca := coretest.NewCA(t, "ours")
	trust := func() *tls.Config { return &tls.Config{RootCAs: ca.Pool(), MinVersion: tls.VersionTLS13} }

	t.Run("older versions only", func(t *testing.T) {
		old := &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}, MaxVersion: tls.VersionTLS12}
		want(t, get(t, serveTLS(t, old), trust()), core.KindTLS, core.CodeTLSPolicy)
	})
	t.Run("newer versions only", func(t *testing.T) {
		modern := &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}, MinVersion: tls.VersionTLS13}
		want(t, get(t, serveTLS(t, modern), &tls.Config{RootCAs: ca.Pool(), MaxVersion: tls.VersionTLS12}), core.KindTLS, core.CodeTLSPolicy)
	})
	t.Run("no common cipher", func(t *testing.T) {
		server := &tls.Config{Certificates: []tls.Certificate{ca.Server(t)}, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
		client := &tls.Config{RootCAs: ca.Pool(), MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}}
		want(t, get(t, serveTLS(t, server), client), core.KindTLS, core.CodeTLSFailed)
	})
	t.Run("plain HTTP", func(t *testing.T) {
		plain := httptest.NewServer(http.NotFoundHandler())
		defer plain.Close()
		e := wantError(t, get(t, strings.Replace(plain.URL, "http:", "https:", 1), trust()), core.KindTLS, core.CodeTLSFailed)
		if !strings.Contains(e.Message, "plain HTTP") {
			t.Error(e.Message)
		}
	})
	t.Run("no TLS at all", func(t *testing.T) {
		address := serveRaw(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.example ESMTP\r\n") })
		want(t, get(t, "https://"+address, trust()), core.KindTLS, core.CodeTLSFailed)
	})
	t.Run("handshake time-out", func(t *testing.T) {
		held := make(chan struct{})
		address := serveRaw(t, func(net.Conn) { <-held })
		transport := &http.Transport{TLSHandshakeTimeout: 20 * time.Millisecond}
		_, err := (&http.Client{Transport: transport}).Get("https://" + address)
		close(held)
		want(t, err, core.KindNetwork, core.CodeTimeout)
	})
}

func TestNetworkErrorConnection(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_ = listener.Close()
		e := wantError(t, get(t, "http://"+listener.Addr().String(), nil), core.KindNetwork, core.CodeConnectionRefused)
		if strings.Contains(e.Error(), "http://") {
			t.Errorf("the URL is said twice: %v", e)
		}
	})
	t.Run("closed without an answer", func(t *testing.T) {
		address := serveRaw(t, func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) })
		want(t, get(t, "http://"+address, nil), core.KindNetwork, core.CodeConnectionLost)
	})
	t.Run("reset", func(t *testing.T) {
		address := serveRaw(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_ = c.(*net.TCPConn).SetLinger(0)
		})
		want(t, get(t, "http://"+address, nil), core.KindNetwork, core.CodeConnectionLost)
	})
	t.Run("cut off in the body", func(t *testing.T) {
		address := serveRaw(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		})
		want(t, get(t, "http://"+address, nil), core.KindNetwork, core.CodeConnectionLost)
	})
	t.Run("client time-out", func(t *testing.T) {
		held := make(chan struct{})
		address := serveRaw(t, func(net.Conn) { <-held })
		_, err := (&http.Client{Timeout: 20 * time.Millisecond, Transport: &http.Transport{}}).Get("http://" + address)
		close(held)
		want(t, err, core.KindNetwork, core.CodeTimeout)
	})
}

func TestNetworkErrorProxy(t *testing.T) {
	through := func(proxy func(*http.Request) (*url.URL, error)) error {
		transport := &http.Transport{Proxy: proxy}
		defer transport.CloseIdleConnections()
		_, err := (&http.Client{Transport: transport}).Get("https://server.example/")
		return err
	}
	t.Run("refused", func(t *testing.T) {
		err := through(http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}))
		want(t, err, core.KindNetwork, core.CodeProxy)
	})
	t.Run("password wanted", func(t *testing.T) {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
		defer proxy.Close()
		u, _ := url.Parse(proxy.URL)
		want(t, through(http.ProxyURL(u)), core.KindNetwork, core.CodeProxy)
	})
	t.Run("invalid address", func(t *testing.T) {
		err := through(func(*http.Request) (*url.URL, error) {
			return nil, errors.New(`invalid proxy address "http://me:hunter2@%zz": bad`)
		})
		e := wantError(t, err, core.KindNetwork, core.CodeProxy)
		if strings.Contains(e.Error(), "hunter2") {
			t.Errorf("the proxy's password is shown: %v", e)
		}
	})
}

// Errors that can't be caused on a test machine are built from the types that the standard
// library documents.
func TestNetworkErrorConstructed(t *testing.T) {
	wrap := func(err error) error { return &url.Error{Op: "Post", URL: "https://server.example/", Err: err} }
	remote := func(alert string) error {
		return &net.OpError{Op: "remote error", Err: errors.New("tls: " + alert)}
	}
	dial := func(errno syscall.Errno) error { return &net.OpError{Op: "dial", Err: errno} }
	for _, tt := range []struct {
		name string
		err  error
		kind core.Kind
		code core.Code
	}{
		{"cancelled", wrap(context.Canceled), core.KindCancelled, core.CodeCancelled},
		{"deadline", wrap(context.DeadlineExceeded), core.KindNetwork, core.CodeTimeout},
		{"no such host", wrap(&net.DNSError{Name: "nowhere.example", IsNotFound: true}), core.KindNetwork, core.CodeNameNotFound},
		{"name server fails", wrap(&net.DNSError{Name: "nowhere.example", Err: "server misbehaving"}), core.KindNetwork, core.CodeNameNotFound},
		{"name server silent", wrap(&net.DNSError{Name: "nowhere.example", IsTimeout: true}), core.KindNetwork, core.CodeTimeout},
		{"no route", wrap(dial(syscall.EHOSTUNREACH)), core.KindNetwork, core.CodeUnreachable},
		{"no network", wrap(dial(syscall.ENETUNREACH)), core.KindNetwork, core.CodeUnreachable},
		{"refused on Windows", wrap(dial(10061)), core.KindNetwork, core.CodeConnectionRefused},
		{"no network on Windows", wrap(dial(10050)), core.KindNetwork, core.CodeUnreachable},
		{"reset on Windows", wrap(dial(10054)), core.KindNetwork, core.CodeConnectionLost},
		{"timed out", wrap(dial(syscall.ETIMEDOUT)), core.KindNetwork, core.CodeTimeout},
		{"older TLS version", wrap(errors.New("tls: server selected unsupported protocol version 302")), core.KindTLS, core.CodeTLSPolicy},
		{"closed before the first stream", wrap(errors.New("http2: client conn could not be established")), core.KindTLS, core.CodeTLSFailed},
		{"bad handshake", wrap(errors.New("tls: unexpected message")), core.KindTLS, core.CodeTLSFailed},
		{"another system error", wrap(dial(syscall.EPERM)), core.KindNetwork, core.CodeConnectionLost},
		{"broken pipe", wrap(dial(syscall.EPIPE)), core.KindNetwork, core.CodeConnectionLost},
		{"socks", wrap(&net.OpError{Op: "socks connect", Err: errors.New("general failure")}), core.KindNetwork, core.CodeProxy},
		{"system roots", wrap(x509.SystemRootsError{}), core.KindTLS, core.CodeTLSUntrusted},
		{"unknown CA", wrap(remote("unknown certificate authority")), core.KindTLS, core.CodeTLSClientRefused},
		{"revoked", wrap(remote("revoked certificate")), core.KindTLS, core.CodeTLSClientRefused},
		{"access denied", wrap(remote("access denied")), core.KindTLS, core.CodeTLSClientRefused},
		{"handshake failure", wrap(remote("handshake failure")), core.KindTLS, core.CodeTLSFailed},
		{"internal error", wrap(remote("internal error")), core.KindTLS, core.CodeTLSFailed},
		{"required, seen through HTTP/2", fmt.Errorf("http2: %w", remote("certificate required")), core.KindTLS, core.CodeTLSClientRequired},
		{"GOAWAY", wrap(errors.New("http2: server sent GOAWAY and closed the connection")), core.KindNetwork, core.CodeConnectionLost},
		{"ours", wrap(&core.Error{Kind: core.KindConfig, Code: core.CodeKeyMismatch, Message: "mismatch"}), core.KindConfig, core.CodeKeyMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) { want(t, tt.err, tt.kind, tt.code) })
	}
	if wire.NetworkError("fetch", nil) != nil {
		t.Error("nil is an error")
	}
}

// Fault 29: a proxy that refuses the login is distinguished from one that fails, as only
// another password helps.
func TestProxyLogin(t *testing.T) {
	for text, want := range map[string]int{
		"Proxy Authentication Required":           407,
		"username/password authentication failed": 407,
		"no acceptable authentication methods":    407,
		"general SOCKS server failure":            0,
	} {
		e := wire.NetworkError("x", &net.OpError{Op: "socks connect", Err: errors.New(text)})
		if e.Code != core.CodeProxy || e.Status != want {
			t.Errorf("%s: %s, status %d, want %d", text, e.Code, e.Status, want)
		}
	}
}

// Fault 18: nginx refuses a client certificate with an HTTP answer.
func TestCertificateRefusal(t *testing.T) {
	for body, want := range map[string]core.Code{
		"<center>No required SSL certificate was sent</center>": core.CodeTLSClientRequired,
		"<center>The SSL certificate error</center>":            core.CodeTLSClientRefused,
		`{"detail":"SSL certificate"}`:                          "",
	} {
		var got core.Code
		if e := wire.CertificateRefusal("x", 400, []byte(body)); e != nil {
			got = e.Code
			if e.Kind != core.KindTLS || e.Outcome != core.OutcomeAnswered || e.Status != 400 {
				t.Errorf("%+v", e)
			}
		}
		if got != want || wire.CertificateRefusal("x", 422, []byte(body)) != nil {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// The error for an answer with too long headers says that a gateway may add cookies.
func TestAnswerWithLongHeaders(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := range 40 {
			w.Header().Add("Set-Cookie", strconv.Itoa(i)+"="+strings.Repeat("x", 4000))
		}
	}))
	t.Cleanup(server.Close)
	transport := &http.Transport{MaxResponseHeaderBytes: 64 << 10}
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err == nil {
		_ = resp.Body.Close()
	}
	want(t, err, core.KindServer, core.CodeAnswerInvalid)
}
