package transport

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func post(t *testing.T, s *Server, base *url.URL) *core.Error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base.String(), io.NopCloser(strings.NewReader("content")))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 7
	resp, _, err := s.Send(req, 7)
	if err != nil {
		return s.ConnectionError(t.Context(), "upload", err)
	}
	_ = resp.Body.Close()
	return nil
}

// A server that closes connections at the point where it would check our certificate is
// recognised. One that has ever answered, or never got the certificate, is not taken for
// such a server.
func TestSilentRefusal(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	for name, protocols := range map[string][]string{"no ALPN": nil, "HTTP/1.1": {"http/1.1"}, "HTTP/2": {"h2"}} {
		for _, tt := range []struct {
			name        string
			certificate bool
			worked      bool
			want        core.Code
		}{
			{"refused", true, false, core.CodeTLSClientSilent},
			{"it has worked", true, true, core.CodeConnectionLost},
			{"without a certificate", false, false, core.CodeConnectionLost},
		} {
			if tt.worked && name == "HTTP/2" {
				continue // this server can't speak it
			}
			t.Run(name+", "+tt.name, func(t *testing.T) {
				server := coretest.NewSilent(t, ca, protocols...)
				base := &url.URL{Scheme: "https", Host: server.Addr}
				config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: ca.Pool()}
				if tt.certificate {
					config.Certificates = []tls.Certificate{ca.Client(t, "tester")}
				}
				s, err := New(Config{Base: base, TLS: config, Connections: 4})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if server.Accepts.Store(tt.worked); tt.worked {
					if e := post(t, s, base); e != nil {
						t.Fatal(e)
					}
					server.Accepts.Store(false)
					_ = post(t, s, base) // from here on the link is down
				}
				for range 2 {
					e := post(t, s, base)
					if e == nil || e.Kind != core.KindNetwork || e.Code != tt.want {
						t.Errorf("%+v", e)
					}
				}
			})
		}
	}
}
