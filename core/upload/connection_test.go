package upload

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// There is no server at the address.
func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := newTestClient(t, "https://"+address, coretest.NewCA(t, "CA"), func(cfg *Config) { cfg.HTTPVersion = version })
		if link := c.Link(); link.State != core.LinkUnknown {
			t.Errorf("link %+v", link)
		}
		transfer, _ := newTransfer(t, "a", 1000)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
		if link := c.Link(); link.State != core.LinkFailed || link.Err.Code != core.CodeConnectionRefused {
			t.Errorf("link %+v", link)
		}
	}
}

// Faults 22 and 28: a server with an untrusted certificate, for instance a captive portal, gets
// no byte of a request.
func TestUntrustedServer(t *testing.T) {
	g := newIngester(t, 2)
	stranger := coretest.NewCA(t, "Stranger")
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := newTestClient(t, g.URL, stranger, func(cfg *Config) { cfg.HTTPVersion = version })
		transfer, _ := newTransfer(t, "a", 1000)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindTLS, core.CodeTLSUntrusted, core.OutcomeNotProcessed)
	}
	if g.bodies != 0 {
		t.Error("the server got a body")
	}
}

// Fault 18: if the server refuses our certificate, the error names it as the reason.
func TestClientCertificateOfAnotherCA(t *testing.T) {
	g := newIngester(t, 2)
	other := coretest.NewCA(t, "Other").Client(t, "tester")
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		c := g.newClient(t, func(cfg *Config) {
			cfg.HTTPVersion = version
			// Sent although the server did not name its CA.
			cfg.TLS.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &other, nil }
		})
		transfer, _ := newTransfer(t, "a", 1000)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindTLS, core.CodeTLSClientRefused, core.OutcomeNotProcessed)
	}
}

// A server that asks for our certificate and closes the connection right after the handshake
// gives no reason: the error is one of the network, and its message names the probable reason.
func TestHangUpAfterTheHandshake(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	for version, proto := range map[string]string{core.HTTP11: "http/1.1", core.HTTP2: "h2"} {
		url := rawServer(t, ca, proto, func(conn net.Conn) { _ = conn.(*tls.Conn).HandshakeContext(t.Context()) })
		c := newTestClient(t, url, ca, func(cfg *Config) { cfg.HTTPVersion = version })
		transfer, _ := newTransfer(t, "a", 2<<20)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindNetwork, core.CodeTLSClientSilent, core.OutcomeNotProcessed)
	}
}

// A proxy that wants a password stops everything, and the password is not in the error.
func TestProxyWantsAPassword(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	defer proxy.Close()
	c := newTestClient(t, "https://ingester.invalid", coretest.NewCA(t, "CA"), through(t, strings.Replace(proxy.URL, "://", "://user:canary@", 1)))
	transfer, _ := newTransfer(t, "a", 10)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	e := coretest.WantError(t, err, core.KindNetwork, core.CodeProxy, core.OutcomeNotProcessed)
	if e.Status != http.StatusProxyAuthRequired || strings.Contains(err.Error(), "canary") {
		t.Errorf("%+v", e)
	}
}

// Through a working proxy both versions of HTTP reach the server.
func TestThroughAProxy(t *testing.T) {
	g := newIngester(t, 2)
	var mu sync.Mutex
	tunnels := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		tunnels++
		mu.Unlock()
		tunnel(w, r)
	}))
	defer proxy.Close()
	c := g.newClient(t, through(t, proxy.URL))
	for _, size := range []int{1000, 3 << 20} {
		transfer, _ := newTransfer(t, "a", size)
		if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
			t.Error(err)
		}
	}
	_ = c.Close()
	if tunnels != 2 {
		t.Errorf("%d tunnels", tunnels)
	}
}

// tunnel implements the CONNECT method (RFC 9110 §9.3.6).
func tunnel(w http.ResponseWriter, r *http.Request) {
	server, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
	both.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	both.Wait()
}
