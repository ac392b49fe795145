package upload

import (
	"crypto/tls"
	"net/http/httptest"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The hooks of the profile's TLS configuration are kept: its policy is applied first, and it
// chooses the certificate.
func TestLinkKeepsTheProfilesHooks(t *testing.T) {
	g := newIngester(t, 2)
	refuse := &core.Error{Kind: core.KindTLS, Code: core.CodeTLSPolicy, Message: "too weak"}
	c := g.newClient(t, func(cfg *Config) {
		cfg.TLS.VerifyConnection = func(tls.ConnectionState) error { return refuse }
	})
	_, err := c.Ready(coretest.Limited(t))
	coretest.Want(t, err, core.KindTLS, core.CodeTLSPolicy, core.OutcomeNotProcessed)
}

func TestLinkWithoutClientCertificate(t *testing.T) {
	for name, certificates := range map[string]bool{"none configured": false, "not asked for": true} {
		g := newIngester(t, 2, func(s *httptest.Server) { s.TLS.ClientAuth = tls.NoClientCert })
		c := g.newClient(t, func(cfg *Config) {
			if !certificates {
				cfg.TLS.Certificates = nil
			}
		})
		if _, err := c.Ready(coretest.Limited(t)); err != nil {
			t.Fatal(err)
		}
		if link := c.Link(); link != (core.Link{State: core.LinkUp, TLSVersion: "TLS 1.3", HTTP: "HTTP/2"}) {
			t.Errorf("%s: %+v", name, link)
		}
	}
}

// If the server asks for a certificate of another CA, none is sent.
func TestNoSuitableClientCertificate(t *testing.T) {
	g := newIngester(t, 2, func(s *httptest.Server) { s.TLS.ClientAuth = tls.RequestClientCert })
	other := coretest.NewCA(t, "Other").Client(t, "x")
	c := g.newClient(t, func(cfg *Config) { cfg.TLS.Certificates = []tls.Certificate{other} })
	if _, err := c.Ready(coretest.Limited(t)); err != nil || c.Link().MutualTLS {
		t.Errorf("%+v, %v", c.Link(), err)
	}
}
