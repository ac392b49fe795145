package coretest

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/core"
)

// ArtStore is a token server and an upload service on one real TLS socket, whose
// certificate can be exchanged.
type ArtStore struct {
	*httptest.Server
	identity atomic.Pointer[tls.Certificate]
	Clients  *CA                    // issues the certificates that it takes
	Tokens   atomic.Int64           // how many it has issued
	Health   atomic.Pointer[string] // what /health/ready answers, nil for an empty object
}

// NewArtStore starts a server with a certificate of first. It ends with the test.
func NewArtStore(t testing.TB, first *CA) *ArtStore {
	t.Helper()
	s := &ArtStore{Clients: NewCA(t, "Client CA")}
	s.MoveTo(t, first)
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	s.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		config := s.Clients.ServerConfig(t)
		config.SessionTicketsDisabled = true // a resumed session shows no certificate
		config.Certificates = []tls.Certificate{*s.identity.Load()}
		return config, nil
	}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// MoveTo gives the server a certificate of another CA.
func (s *ArtStore) MoveTo(t testing.TB, ca *CA) {
	t.Helper()
	cert := ca.Server(t)
	s.identity.Store(&cert)
}

// Profile is one that leads to the server, trusts ca and has a client certificate.
func (s *ArtStore) Profile(t testing.TB, ca *CA) core.Profile {
	t.Helper()
	dir := t.TempDir()
	p := core.NewProfile("shop")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID, p.Auth.JWKSURL = s.URL, s.URL, "sa_test", "none"
	p.TLS.CACertFile = ca.WritePEM(t, dir)
	p.TLS.CertFile, p.TLS.KeyFile = WritePair(t, dir, "client", s.Clients.Client(t, "first"))
	return p
}

// ServeHTTP implements http.Handler.
func (s *ArtStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := map[string]any{}
	switch {
	case strings.HasSuffix(r.URL.Path, "/token"):
		s.Tokens.Add(1)
		answer = map[string]any{"access_token": "opaque", "token_type": "Bearer", "expires_in": 1800}
	case strings.HasSuffix(r.URL.Path, "/health/ready") && s.Health.Load() != nil:
		_, _ = io.WriteString(w, *s.Health.Load())
		return
	case strings.HasSuffix(r.URL.Path, "/upload"):
		form, err := r.MultipartReader()
		for err == nil {
			var part *multipart.Part
			if part, err = form.NextPart(); err != nil {
				break
			}
			sum := sha256.New()
			size, _ := io.Copy(sum, part)
			if part.FormName() == "file" {
				answer = map[string]any{"file_id": "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", "size": size, "checksum": hex.EncodeToString(sum.Sum(nil))}
			}
		}
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(answer)
}
