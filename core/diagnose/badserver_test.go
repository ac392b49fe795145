package diagnose

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// badServer is a server to which no request must go.
type badServer struct {
	name string
	// config is its TLS configuration; raw, instead, what it does with a
	// connection.
	config func(t *testing.T, w *world) *tls.Config
	raw    func(conn net.Conn)
	// profile changes what the profile demands.
	profile func(*core.Profile)
	code    core.Code
	texts   []string
}

// presenting is a server with a certificate that make has made.
func presenting(make func(t *testing.T, w *world) tls.Certificate) func(*testing.T, *world) *tls.Config {
	return func(t *testing.T, w *world) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{make(t, w)}}
	}
}

func leaf(l coretest.Leaf) func(*testing.T, *world) *tls.Config {
	return presenting(func(t *testing.T, w *world) tls.Certificate { return w.server(t, l) })
}

// badCertificates are in the manner of badssl.com.
func badCertificates() []badServer {
	yesterday, tomorrow := time.Now().Add(-24*time.Hour), time.Now().Add(24*time.Hour)
	return []badServer{
		{
			name: "expired", config: leaf(coretest.Leaf{NotBefore: yesterday.Add(-year), NotAfter: yesterday}),
			code: core.CodeTLSExpired, texts: []string{"“CN=server.example”", "expired on " + yesterday.UTC().Format(time.DateOnly), "renew it"},
		},
		{
			name: "not yet valid", config: leaf(coretest.Leaf{NotBefore: tomorrow}),
			code: core.CodeTLSExpired, texts: []string{"not valid before " + tomorrow.UTC().Format(time.DateOnly), "becomes valid on", "Check the clock"},
		},
		{
			name: "wrong host", config: leaf(coretest.Leaf{Hosts: []string{"other.example", "*.other.example"}}),
			code: core.CodeTLSHostname, texts: []string{"for other.example, *.other.example", "another name than 127.0.0.1", "tls.server_name"},
		},
		{
			name: "another address", config: leaf(coretest.Leaf{Hosts: []string{"192.0.2.1"}}),
			code: core.CodeTLSHostname, texts: []string{"for 192.0.2.1"},
		},
		{
			name: "address as a DNS name only", config: presenting(dnsNameOnly),
			code: core.CodeTLSHostname, texts: []string{"with the name 127.0.0.1"},
		},
		{
			name: "common name only", config: leaf(coretest.Leaf{CommonName: "127.0.0.1", Hosts: []string{}}),
			code: core.CodeTLSHostname, texts: []string{"for no names", "no longer counts"},
		},
		{
			name: "self-signed", config: presenting(selfSignedServer(false)),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=lonely.example”, issued by “CN=lonely.example”", "vouches for itself", "no authority's"},
		},
		{
			name: "self-signed authority", config: presenting(selfSignedServer(true)),
			code: core.CodeTLSUntrusted, texts: []string{"vouches for itself", "fingerprint (SHA-256 ", "CA file must hold it"},
		},
		{
			name: "unknown authority", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, authority(t, "Stranger CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"The authority that is needed is “CN=Stranger CA”", "the CA file must hold it"},
		},
		{
			name: "authority of the same name", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, authority(t, "Example Root CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Root CA”"},
		},
		{
			name: "unknown root in the chain", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				root := authority(t, "Stranger Root CA")
				middle := authorityBelow(t, root, "Stranger Issuing CA")
				return chained(issue(t, middle, coretest.Leaf{}), middle, root)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"issued by “CN=Stranger Issuing CA”", "that is needed is “CN=Stranger Root CA”"},
		},
		{
			name: "missing intermediate", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				return issue(t, authorityBelow(t, w.ca, "Example Issuing CA"), coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Issuing CA”", "add it to the chain"},
		},
		{
			name: "expired intermediate", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := authorityBelow(t, w.ca, "Example Issuing CA", func(c *x509.Certificate) {
					c.NotBefore, c.NotAfter = yesterday.Add(-year), yesterday
				})
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSExpired, texts: []string{"The certificate “CN=Example Issuing CA” expired on"},
		},
		{
			name: "issued by a certificate that is no authority", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := authorityBelow(t, w.ca, "Example Server", func(c *x509.Certificate) { c.IsCA = false })
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"issued by one that is no authority"},
		},
		{
			name: "too long a chain", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				first := authorityBelow(t, w.ca, "Example Issuing CA", func(c *x509.Certificate) { c.MaxPathLenZero = true })
				second := authorityBelow(t, first, "Example Sub CA")
				return chained(issue(t, second, coretest.Leaf{}), second, first)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"or not for this"},
		},
		{
			name: "name constraints", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				middle := authorityBelow(t, w.ca, "Example Department CA", func(c *x509.Certificate) {
					c.PermittedDNSDomainsCritical, c.PermittedDNSDomains = true, []string{"department.example"}
				})
				return chained(issue(t, middle, coretest.Leaf{}), middle)
			}),
			code: core.CodeTLSUntrusted, texts: []string{"name constraints"},
		},
		{
			name: "SHA-1 signature", config: presenting(signedWithSHA1),
			code: core.CodeTLSUntrusted, texts: []string{"signed with SHA1-RSA", "can be forged"},
		},
		{
			name: "not for servers", config: leaf(coretest.Leaf{Usage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}),
			code: core.CodeTLSUntrusted, texts: []string{"serverAuth"},
		},
		{
			name: "the client's own authority", config: presenting(func(t *testing.T, w *world) tls.Certificate {
				return issue(t, w.clients, coretest.Leaf{})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Example Client CA”"},
		},
		{
			name: "unknown authority, of the proxy of a company", config: presenting(func(t *testing.T, _ *world) tls.Certificate {
				return issue(t, authority(t, "Corporate Inspection CA"), coretest.Leaf{Hosts: []string{"127.0.0.1"}})
			}),
			code: core.CodeTLSUntrusted, texts: []string{"“CN=Corporate Inspection CA”"},
		},
	}
}

// badProtocols fail before or beside the certificate.
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
			name: "TLS 1.0 of before 2018", raw: func(conn net.Conn) { // which knows no supported_versions extension
				_, _ = conn.Read(make([]byte, 4096))
				hello := append([]byte{22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1}, make([]byte, 33)...)
				_, _ = conn.Write(append(hello, 0, 0x2f, 0))
				_, _ = conn.Read(make([]byte, 4096))
			},
			code: core.CodeTLSPolicy, texts: []string{"older TLS versions"},
		},
	}
}

// Nothing is sent to a server that could not be verified, and the step says
// why it could not be.
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

// A server that takes the connection and says nothing.
func TestSilentServer(t *testing.T) {
	w := newWorld(t)
	w.profile.IngesterURL = "https://" + listen(t, func(conn net.Conn) {
		_, _ = io.Copy(io.Discard, conn)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	w.runOne(ctx, t, core.TargetIngester).fails(t, core.TargetIngester, TLS, core.CodeTimeout, "firewall")
}

// runOne tests the way to one server only, so that a short time limit falls
// into the step it is meant for.
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
	run.line(ctx, run.newServer(target, "url", address))
	o.err = run.first
	return o
}

// listen accepts connections and does with each what handle says.
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

func chained(c tls.Certificate, above ...*coretest.CA) tls.Certificate {
	for _, ca := range above {
		c.Certificate = append(c.Certificate, ca.Cert.Raw)
	}
	return c
}

// dnsNameOnly has the address where only names count.
func dnsNameOnly(t *testing.T, w *world) tls.Certificate {
	return create(t, w.ca, x509.ECDSAWithSHA256, func(c *x509.Certificate) { c.DNSNames = []string{"127.0.0.1"} })
}

func selfSignedServer(ca bool) func(*testing.T, *world) tls.Certificate {
	return func(t *testing.T, _ *world) tls.Certificate {
		self := authority(t, "lonely.example", func(c *x509.Certificate) {
			c.IsCA, c.IPAddresses = ca, []net.IP{net.IPv4(127, 0, 0, 1)}
		})
		return tls.Certificate{Certificate: [][]byte{self.Cert.Raw}, PrivateKey: self.Key}
	}
}

// signedWithSHA1 is below a root whose key is RSA, as such certificates were.
func signedWithSHA1(t *testing.T, w *world) tls.Certificate {
	old := &coretest.CA{Key: must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048)), Cert: authority(t, "Old CA").Cert}
	template := *old.Cert
	template.SerialNumber, template.SignatureAlgorithm = big.NewInt(3), x509.UnknownSignatureAlgorithm
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, &template, w.ca.Cert, old.Key.Public(), w.ca.Key))
	old.Cert = must[*x509.Certificate](t)(x509.ParseCertificate(der))
	return chained(create(t, old, x509.SHA1WithRSA, func(*x509.Certificate) {}), old)
}

// create issues a server certificate as odd as change makes it.
func create(t *testing.T, ca *coretest.CA, algorithm x509.SignatureAlgorithm, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "server.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(year),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, SignatureAlgorithm: algorithm,
	}
	if change(template); len(template.DNSNames) > 0 {
		template.IPAddresses = nil
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, ca.Cert, key.Public(), ca.Key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// shortKey is one that Go still accepts, and little else does.
func shortKey(t *testing.T, w *world) tls.Certificate {
	return w.server(t, coretest.Leaf{Key: must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))})
}
