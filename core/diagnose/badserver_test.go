package diagnose

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// badServer is a server to which no request may be sent.
type badServer struct {
	name string
	// config is its TLS configuration. raw, if set, handles its connections
	// instead.
	config func(t *testing.T, w *world) *tls.Config
	raw    func(conn net.Conn)
	// profile changes what the profile demands.
	profile func(*core.Profile)
	code    core.Code
	texts   []string
}

// presenting is a server with the certificate that make makes.
func presenting(make func(t *testing.T, w *world) tls.Certificate) func(*testing.T, *world) *tls.Config {
	return func(t *testing.T, w *world) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{make(t, w)}}
	}
}

func leaf(l coretest.Leaf) func(*testing.T, *world) *tls.Config {
	return presenting(func(t *testing.T, w *world) tls.Certificate { return w.server(t, l) })
}

// badProtocols returns servers that fail for reasons other than their certificate.
func badProtocols() []badServer {
	good := func(change func(*tls.Config)) func(*testing.T, *world) *tls.Config {
		return func(t *testing.T, w *world) *tls.Config {
			config := &tls.Config{Certificates: []tls.Certificate{w.server(t, coretest.Leaf{})}}
			change(config)
			return config
		}
	}
	alerting := func(code byte) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = conn.Write([]byte{21, 3, 3, 0, 2, 2, code})
		}
	}
	return []badServer{
		{
			name: "TLS 1.0 only", config: good(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }),
			code: core.CodeTLSPolicy, texts: []string{"no TLS version or cipher in common"},
		},
		{
			name: "TLS 1.1 only", config: good(func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }),
			code: core.CodeTLSPolicy, texts: []string{"tls.protocol_version"},
		},
		{
			name: "TLS 1.2 where the profile demands 1.3", config: good(func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }),
			profile: func(p *core.Profile) { p.TLS.ProtocolVersion = core.TLSv13 },
			code:    core.CodeTLSPolicy, texts: []string{"no TLS version or cipher in common"},
		},
		{
			name: "3DES only", config: good(func(c *tls.Config) {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA}
			}),
			code: core.CodeTLSFailed, texts: []string{"no common cipher"},
		},
		{
			name: "RC4 only", config: good(func(c *tls.Config) {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}
			}),
			code: core.CodeTLSFailed, texts: []string{"tls.ciphers"},
		},
		{
			name: "a cipher that the profile excludes", config: good(func(c *tls.Config) {
				c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}
			}),
			profile: func(p *core.Profile) { p.TLS.Ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" },
			code:    core.CodeTLSFailed, texts: []string{"no common cipher"},
		},
		{name: "no certificate for the name", raw: alerting(112), code: core.CodeTLSFailed, texts: []string{"unrecognized name"}},
		{
			name: "internal error", config: func(*testing.T, *world) *tls.Config {
				return &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("no") }}
			},
			code: core.CodeTLSFailed, texts: []string{"internal error"},
		},
		{
			name: "other application protocols", config: good(func(c *tls.Config) { c.NextProtos = []string{"imap"} }),
			code: core.CodeTLSFailed, texts: []string{"no application protocol"},
		},
		{name: "handshake failure", raw: alerting(40), code: core.CodeTLSFailed, texts: []string{"no common cipher, or it demands a client certificate"}},
		{name: "insufficient security", raw: alerting(71), code: core.CodeTLSPolicy, texts: []string{"in common"}},
		{name: "access denied", raw: alerting(49), code: core.CodeTLSClientRefused, texts: []string{"access denied"}},
		{name: "closes at once", raw: func(net.Conn) {}, code: core.CodeConnectionLost, texts: []string{"Check the port"}},
		{
			name: "closes in the middle of the handshake", raw: func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = conn.Write([]byte{22, 3, 3, 0, 122, 2, 0})
			},
			code: core.CodeConnectionLost, texts: []string{"lost"},
		},
		{
			name: "plain HTTP", raw: func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
			},
			code: core.CodeTLSFailed, texts: []string{"speaks plain HTTP"},
		},
		{
			name: "SSH", raw: func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n") },
			code: core.CodeTLSFailed, texts: []string{"does not speak TLS on this port"},
		},
		{
			name: "TLS 1.0 of before 2018", raw: func(conn net.Conn) { // it has no supported_versions extension
				_, _ = conn.Read(make([]byte, 4096))
				hello := append([]byte{22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1}, make([]byte, 33)...)
				_, _ = conn.Write(append(hello, 0, 0x2f, 0))
				_, _ = conn.Read(make([]byte, 4096))
			},
			code: core.CodeTLSPolicy, texts: []string{"older TLS versions"},
		},
	}
}

// Nothing is sent to a server that could not be verified, and the step says why not.
func TestBadServers(t *testing.T) {
	for _, bad := range append(badCertificates(), badProtocols()...) {
		t.Run(bad.name, func(t *testing.T) {
			w := newWorld(t)
			requests := func() int64 { return 0 }
			if bad.raw != nil {
				w.profile.IngesterURL = "https://" + listen(t, bad.raw)
			} else {
				config := bad.config(t, w)
				if config.NextProtos == nil {
					config.NextProtos = []string{"h2", "http/1.1"}
				}
				b := serve(t, config)
				requests = b.requests.Load
				w.profile.IngesterURL = "https://127.0.0.1:" + port(b.URL)
			}
			if bad.profile != nil {
				bad.profile(&w.profile)
			}
			o := w.run(t)
			o.fails(t, core.TargetIngester, TLS, bad.code, bad.texts...)
			for _, name := range []string{ClientCertificate, HTTP, Clock, Ready} {
				o.wants(t, core.TargetIngester, name, core.StepNotReached)
			}
			o.wants(t, core.TargetAdmin, Permission, core.StepOK)
			if n := requests(); n != 0 {
				t.Errorf("the server got %d requests", n)
			}
		})
	}
}

// A server that accepts the connection and sends nothing.
func TestSilentServer(t *testing.T) {
	w, ctx := newWorld(t), newExpiring(t)
	w.profile.IngesterURL = "https://" + listen(t, ctx.silence)
	o := w.runOne(ctx, t, core.TargetIngester)
	o.fails(t, core.TargetIngester, TLS, core.CodeTimeout, "firewall")
	o.wants(t, core.TargetIngester, HTTP, core.StepNotReached)
}

// A server that completes the handshake and then sends nothing. That is no refusal of the client
// certificate.
func TestThoughtfulServer(t *testing.T) {
	w, ctx := newWorld(t), newExpiring(t)
	config := w.serverTLS(t)
	w.profile.IngesterURL = "https://" + listen(t, func(conn net.Conn) { ctx.silence(tls.Server(conn, config)) })
	o := w.runOne(ctx, t, core.TargetIngester)
	o.wants(t, core.TargetIngester, TLS, core.StepOK)
	o.fails(t, core.TargetIngester, ClientCertificate, core.CodeTimeout, "asked for, sent")
}

// expiring is a context whose deadline passes once a server has got a request, however slow the
// computer is.
type expiring struct {
	context.Context
	once sync.Once
	done chan struct{}
}

func newExpiring(t *testing.T) *expiring {
	return &expiring{Context: t.Context(), done: make(chan struct{})}
}

func (e *expiring) Done() <-chan struct{} { return e.done }

func (e *expiring) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// silence reads what it is sent and does nothing more.
func (e *expiring) silence(conn net.Conn) {
	_, _ = conn.Read(make([]byte, 1))
	e.once.Do(func() { close(e.done) })
	_, _ = io.Copy(io.Discard, conn)
}

// runOne tests the connection to one server only, so that a short time limit ends in the intended
// step.
func (w *world) runOne(ctx context.Context, t *testing.T, target core.Target) outcome {
	t.Helper()
	w.cfg.Profile, w.cfg.Now, w.cfg.Log = w.profile, time.Now, slog.New(slog.DiscardHandler)
	var o outcome
	run := &test{cfg: w.cfg, tell: func(s core.Step) { o.steps = append(o.steps, s) }}
	run.mine = run.readFiles()
	address := w.profile.IngesterURL
	if target == core.TargetAdmin {
		address = w.profile.TokenURL()
	}
	run.reaches(ctx, run.newServer(target, "url", address))
	o.err = run.first
	return o
}

// listen accepts connections and passes each to handle.
func listen(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handle(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l.Addr().String()
}
