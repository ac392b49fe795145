package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/metrics"
)

// A profile with addresses and an account, nothing else, signs in to a server
// that publishes no keys, as the first generation doesn't. Once the program has
// seen its keys, no new connection does without.
func TestServerWithoutKeys(t *testing.T) {
	var keys atomic.Pointer[string]
	encode := base64.RawURLEncoding.EncodeToString
	token := encode([]byte(`{"alg":"EdDSA","typ":"JWT"}`)) + "." + encode([]byte(`{"sub":"sa_test","role":"user","exp":4102444800}`)) + "." + encode(make([]byte, 64))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/token", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "bearer", "expires_in": 1800})
	})
	mux.HandleFunc("GET /api/v1/auth/jwks", func(w http.ResponseWriter, r *http.Request) {
		if set := keys.Load(); set != nil {
			_, _ = io.WriteString(w, *set)
			return
		}
		http.NotFound(w, r)
	})
	files := &shop{}
	mux.HandleFunc("POST /api/v1/files/upload", files.ServeHTTP)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	p := core.NewProfile("shop")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID, p.TLS.Enabled = server.URL, server.URL, "sa_test", false
	c := newConnections(func(string) (core.Profile, error) { return p, nil }, newSecrets(core.NewSecret("s3cret"), nil), metrics.New(metrics.Build{}), slog.New(slog.DiscardHandler))
	t.Cleanup(c.close)
	if err := send(t, c); err != nil {
		t.Fatalf("without keys: %v", err)
	}
	set := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	keys.Store(&set)
	c.forget("shop")
	if err := send(t, c); core.CodeOf(err) != core.CodeTokenUntrusted || !strings.Contains(err.Error(), "no key") {
		t.Errorf("with another's signature: %v", err)
	}
	keys.Store(nil)
	c.forget("shop")
	if err := send(t, c); core.CodeOf(err) != core.CodeTokenUntrusted || !strings.Contains(err.Error(), "404") {
		t.Errorf("with its keys gone: %v", err)
	}
}
