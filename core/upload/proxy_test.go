package upload

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Fault 29: our client certificate reaches the server through HTTP and SOCKS5 proxies, with
// and without a password, in either HTTP version.
func TestProxies(t *testing.T) {
	g := newIngester(t, 2)
	for _, scheme := range []string{"http", "socks5", "socks5h"} {
		for _, password := range []string{"", coretest.ProxyPassword} {
			for _, version := range []string{core.HTTP11, core.HTTP2} {
				t.Run(scheme+" "+password+" "+version, func(t *testing.T) {
					p := coretest.NewProxy(t)
					p.Login = password != ""
					c := g.newClient(t, func(cfg *Config) {
						cfg.HTTPVersion = version
						through(t, p.URL(scheme, password))(cfg)
					})
					transfer, _ := newTransfer(t, "a", 100<<10)
					if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
						t.Fatal(err)
					}
					if p.Tunnels() == 0 || !c.Link().MutualTLS {
						t.Errorf("%d tunnels, %+v", p.Tunnels(), c.Link())
					}
					_ = c.Close()
				})
			}
		}
	}
}

// Fault 29: a proxy that wants another login stops the queue (its status is 407). A proxy that
// refuses the connection, or can't make it, has errors of its own. The password is in no
// error, and nothing is sent to the server.
func TestProxyFails(t *testing.T) {
	g := newIngester(t, 2)
	const login, wrong = "asks for a user name and password", "wr0ng-" + coretest.ProxyPassword
	for _, tt := range []struct {
		name, scheme, password string
		refuse, status         int
		says                   string
	}{
		{"no password", "http", "", 0, http.StatusProxyAuthRequired, login},
		{"wrong password", "http", wrong, 0, http.StatusProxyAuthRequired, login},
		{"SOCKS5, no password", "socks5", "", 0, http.StatusProxyAuthRequired, login},
		{"SOCKS5, wrong password", "socks5", wrong, 0, http.StatusProxyAuthRequired, login},
		{"forbidden", "http", coretest.ProxyPassword, http.StatusForbidden, 0, "The proxy answered 403"},
		{"bad gateway", "http", coretest.ProxyPassword, http.StatusBadGateway, 0, "The proxy answered 502"},
		{"not allowed", "http", coretest.ProxyPassword, http.StatusMethodNotAllowed, 0, "The proxy answered 405"},
	} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(tt.name+" "+version, func(t *testing.T) {
				p := coretest.NewProxy(t)
				p.Login, p.Refuse = true, tt.refuse
				c := g.newClient(t, func(cfg *Config) {
					cfg.HTTPVersion = version
					through(t, p.URL(tt.scheme, tt.password))(cfg)
				})
				transfer, _ := newTransfer(t, "a", 1000)
				_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
				e := coretest.WantError(t, err, core.KindNetwork, core.CodeProxy, core.OutcomeNotProcessed)
				if e.Status != tt.status || !strings.Contains(e.Message, tt.says) || strings.Contains(err.Error(), "s3same") {
					t.Errorf("status %d, %v", e.Status, err)
				}
			})
		}
	}
	if g.bodies != 0 {
		t.Error("the server got a body")
	}
}

// Fault 18: a server's refusal of our certificate is also recognised behind a proxy.
func TestCertificateRefusedBehindAProxy(t *testing.T) {
	g := newIngester(t, 2)
	other := coretest.NewCA(t, "Other").Client(t, "tester")
	for _, scheme := range []string{"http", "socks5"} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(scheme+" "+version, func(t *testing.T) {
				c := g.newClient(t, func(cfg *Config) {
					cfg.HTTPVersion = version
					cfg.TLS.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &other, nil }
					through(t, coretest.NewProxy(t).URL(scheme, ""))(cfg)
				})
				transfer, _ := newTransfer(t, "a", 1000)
				_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
				coretest.Want(t, err, core.KindTLS, core.CodeTLSClientRefused, core.OutcomeNotProcessed)
			})
		}
	}
}
