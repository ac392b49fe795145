package auth

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The user and password of proxies that demand them.
const (
	proxyUser     = "proxy-user"
	proxyPassword = "s3same-0pen"
)

// proxy is an HTTP or SOCKS5 proxy on a real socket. Whatever name it is asked for, it connects
// to one server: so names need no DNS, and a request that doesn't go through it reaches
// nothing.
type proxy struct {
	net.Listener
	target   string // address of the server
	password bool   // demands the user and password
	asked    sync.Map
	tunnels  atomic.Int64
}

// newProxy starts a proxy that speaks the protocol of handshake.
func newProxy(t *testing.T, target string, password bool, handshake func(*proxy, net.Conn) error) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: listener, target: target, password: password}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer func() { _ = conn.Close() }()
				if handshake(p, conn) == nil {
					p.tunnel(conn)
				}
			})
		}
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return p
}

// tunnel carries bytes in both directions until either side ends.
func (p *proxy) tunnel(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	p.tunnels.Add(1)
	var wg sync.WaitGroup
	for _, way := range [][2]net.Conn{{client, server}, {server, client}} {
		wg.Go(func() {
			_, _ = io.Copy(way[1], way[0])
			_, _ = client.Close(), server.Close()
		})
	}
	wg.Wait()
}

func (p *proxy) was(asked string) bool { _, ok := p.asked.Load(asked); return ok }

// url returns the proxy's address as a user would write it.
func (p *proxy) url(scheme, password string) *url.URL {
	u := &url.URL{Scheme: scheme, Host: p.Addr().String()}
	if password != "" {
		u.User = url.UserPassword(proxyUser, password)
	}
	return u
}

// connect answers CONNECT (RFC 9110 §9.3.6).
func connect(p *proxy, conn net.Conn) error {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	p.asked.Store(req.Method+" "+req.Host, true)
	want := &http.Request{Header: http.Header{}}
	want.SetBasicAuth(proxyUser, proxyPassword)
	if p.password && req.Header.Get("Proxy-Authorization") != want.Header.Get("Authorization") {
		_, _ = io.WriteString(conn, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n")
		return errors.New("no password")
	}
	_, err = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
	return err
}

// socks answers SOCKS5 (RFC 1928, RFC 1929) for a name.
func socks(p *proxy, conn net.Conn) error {
	read := func(n int) ([]byte, error) {
		b := make([]byte, n)
		_, err := io.ReadFull(conn, b)
		return b, err
	}
	head, err := read(2)
	if err != nil {
		return err
	}
	if _, err := read(int(head[1])); err != nil {
		return err
	}
	method := byte(0)
	if p.password {
		method = 2
	}
	if _, err := conn.Write([]byte{5, method}); err != nil {
		return err
	}
	if p.password {
		if err := socksPassword(conn, read); err != nil {
			return err
		}
	}
	if head, err = read(5); err != nil { // version, CONNECT, 0, 3: a name, its length
		return err
	}
	rest, err := read(int(head[4]) + 2)
	if err != nil {
		return err
	}
	name, port := rest[:head[4]], binary.BigEndian.Uint16(rest[head[4]:])
	p.asked.Store(fmt.Sprintf("SOCKS %s:%d", name, port), true)
	_, err = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	return err
}

func socksPassword(conn net.Conn, read func(int) ([]byte, error)) error {
	var got [2]string
	if _, err := read(1); err != nil {
		return err
	}
	for i := range got {
		length, err := read(1)
		if err != nil {
			return err
		}
		text, err := read(int(length[0]))
		if err != nil {
			return err
		}
		got[i] = string(text)
	}
	if got != [2]string{proxyUser, proxyPassword} {
		_, _ = conn.Write([]byte{1, 1})
		return errors.New("another password")
	}
	_, err := conn.Write([]byte{1, 0})
	return err
}

// behind starts a token server that demands client certificates, under the name admin.test,
// which only a proxy can reach.
func behind(t *testing.T) (a *admin, ca *coretest.CA, client *tls.Config) {
	t.Helper()
	ca, server, client := mutualTLS(t)
	server.Certificates = []tls.Certificate{ca.Server(t, "admin.test")}
	a = newAdmin(t, server)
	a.respond(issue(mint(t, signers()["rsa"], nil, nil)))
	return a, ca, client
}

const behindURL = "https://admin.test:8000" + tokenPath

// Fault 29: the client certificate reaches the server through HTTP and SOCKS5 proxies, with and
// without a password.
func TestProxies(t *testing.T) {
	a, _, client := behind(t)
	for _, tt := range []struct {
		scheme    string
		password  bool
		handshake func(*proxy, net.Conn) error
		asked     string
	}{
		{"http", false, connect, "CONNECT admin.test:8000"},
		{"http", true, connect, "CONNECT admin.test:8000"},
		{"socks5", false, socks, "SOCKS admin.test:8000"},
		{"socks5", true, socks, "SOCKS admin.test:8000"},
		{"socks5h", true, socks, "SOCKS admin.test:8000"},
	} {
		t.Run(fmt.Sprintf("%s, password %t", tt.scheme, tt.password), func(t *testing.T) {
			p := newProxy(t, a.Listener.Addr().String(), tt.password, tt.handshake)
			password := ""
			if tt.password {
				password = proxyPassword
			}
			f := newSource(t, a, func(c *Config) {
				c.TokenURL, c.TLS, c.Proxy = behindURL, client, http.ProxyURL(p.url(tt.scheme, password))
			})
			if token := f.mustToken(t); !strings.HasPrefix(token.Value.Reveal(), "eyJ") {
				t.Error("another token")
			}
			if !p.was(tt.asked) || p.tunnels.Load() != 1 {
				t.Errorf("not through the proxy: %d tunnels", p.tunnels.Load())
			}
		})
	}
}

// A server behind a proxy that refuses our certificate is distinguished from a proxy that fails.
func TestProxyCertificateRefused(t *testing.T) {
	a, ca, _ := behind(t)
	p := newProxy(t, a.Listener.Addr().String(), false, connect)
	f := newSource(t, a, func(c *Config) {
		c.TokenURL, c.TLS, c.Proxy = behindURL, &tls.Config{RootCAs: ca.Pool()}, http.ProxyURL(p.url("http", ""))
	})
	f.mustFail(t, core.KindTLS, core.CodeTLSClientRequired)
}

// Fault 29: proxies refuse or fail. Their password is in no error and no log.
func TestProxyFails(t *testing.T) {
	a, _, client := behind(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	dies := func(_ *proxy, conn net.Conn) error {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, "HTTP/1.1 2")
		return io.ErrUnexpectedEOF
	}
	answers := func(status string) func(*proxy, net.Conn) error {
		return func(_ *proxy, conn net.Conn) error {
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			_, _ = io.WriteString(conn, "HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n")
			return io.ErrUnexpectedEOF
		}
	}
	const wrong = "wr0ng-" + proxyPassword
	for _, tt := range []struct {
		name, scheme, password string
		handshake              func(*proxy, net.Conn) error
		code                   core.Code
		says                   string
	}{
		{"no password", "http", "", connect, core.CodeProxy, "asks for a user name and password"},
		{"wrong password", "http", wrong, connect, core.CodeProxy, "asks for a user name and password"},
		{"SOCKS5, no password", "socks5", "", socks, core.CodeProxy, ""},
		{"SOCKS5, wrong password", "socks5", wrong, socks, core.CodeProxy, ""},
		{"forbidden", "http", wrong, answers("403 Forbidden"), core.CodeProxy, "the proxy answered 403"},
		{"bad gateway", "http", wrong, answers("502 Bad Gateway"), core.CodeProxy, "the proxy answered 502"},
		{"dies", "http", wrong, dies, core.CodeConnectionLost, ""},
		{"dead", "http", wrong, nil, core.CodeProxy, ""},
		{"SOCKS5, dead", "socks5", wrong, nil, core.CodeProxy, ""},
		{"no proxy address", "ftp", wrong, nil, core.CodeProxy, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var p *proxy
			if tt.handshake == nil {
				p = &proxy{Listener: dead}
			} else {
				p = newProxy(t, a.Listener.Addr().String(), true, tt.handshake)
			}
			f := newSource(t, a, func(c *Config) {
				c.TokenURL, c.TLS, c.Proxy = behindURL, client, http.ProxyURL(p.url(tt.scheme, tt.password))
			})
			e := f.failure(t, core.KindNetwork, tt.code)
			text := e.Error() + f.log.String()
			if strings.Contains(text, "s3same") || (tt.says != "" && !strings.Contains(text, tt.says)) {
				t.Errorf("does not say %q, or shows the proxy's password: %s", tt.says, text)
			}
		})
	}
	if a.tokens.Load() != 0 {
		t.Error("a request got through")
	}
}

// childCA is the environment variable with the CA file to trust. It is set if the test binary
// runs as the child of TestProxyFromEnvironment.
const childCA = "INGESTER_TEST_CHILD_CA"

// child fetches a token through the proxy of the environment, which net/http reads only once in
// a process.
func child() error {
	pem, err := os.ReadFile(os.Getenv(childCA))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	s, err := New(Config{
		TokenURL: behindURL, ClientID: testID, TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13},
		Secret: func(context.Context) (core.Secret, error) { return core.NewSecret(testSecret), nil },
	})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	token, err := s.Token(context.Background())
	if err != nil {
		return err
	}
	fmt.Println("token " + token.Value.Reveal())
	return nil
}

// HTTPS_PROXY, with a password in it, and NO_PROXY are used by default.
func TestProxyFromEnvironment(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	a := newAdmin(t, &tls.Config{Certificates: []tls.Certificate{ca.Server(t, "admin.test")}})
	web, sock := newProxy(t, a.Listener.Addr().String(), true, connect), newProxy(t, a.Listener.Addr().String(), true, socks)
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, environment string
		says              string
	}{
		{"HTTP", "HTTPS_PROXY=" + web.url("http", proxyPassword).String(), "token opaque-1"},
		{"SOCKS5", "HTTPS_PROXY=" + sock.url("socks5", proxyPassword).String(), "token opaque-1"},
		{"wrong password", "HTTPS_PROXY=" + web.url("http", "wr0ng-"+proxyPassword).String(), "the proxy asks for a user name and password"},
		{"NO_PROXY", "NO_PROXY=.test", "Cannot connect to Admin Module"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary)
			cmd.Env = []string{childCA + "=" + ca.WritePEM(t, t.TempDir()), "HTTPS_PROXY=" + web.url("http", proxyPassword).String(), tt.environment, "GOCOVERDIR=" + t.TempDir()}
			out, err := cmd.CombinedOutput()
			if !strings.Contains(string(out), tt.says) {
				t.Errorf("%v: %s", err, out)
			}
			if strings.Contains(string(out), "s3same") {
				t.Errorf("the proxy's password is shown: %s", out)
			}
		})
	}
	if a.tokens.Load() != 2 || web.tunnels.Load() != 1 || sock.tunnels.Load() != 1 {
		t.Errorf("%d requests, %d and %d tunnels", a.tokens.Load(), web.tunnels.Load(), sock.tunnels.Load())
	}
}
