package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/sandbox"
)

// keyless is a token server whose keys can be published and withdrawn, and a
// server that takes files. Its tokens are signed with another key.
type keyless struct {
	*httptest.Server
	keys atomic.Pointer[string]
}

func newKeyless(t *testing.T) *keyless {
	t.Helper()
	k := &keyless{}
	encode := base64.RawURLEncoding.EncodeToString
	token := encode([]byte(`{"alg":"EdDSA","typ":"JWT"}`)) + "." + encode([]byte(`{"sub":"sa_test","role":"user","exp":4102444800}`)) + "." + encode(make([]byte, 64))
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/token", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "bearer", "expires_in": 1800})
	})
	mux.HandleFunc("GET /api/v1/auth/jwks", func(w http.ResponseWriter, r *http.Request) {
		if set := k.keys.Load(); set != nil {
			_, _ = io.WriteString(w, *set)
			return
		}
		http.NotFound(w, r)
	})
	files := &coretest.ArtStore{}
	mux.HandleFunc("POST /api/v1/files/upload", files.ServeHTTP)
	k.Server = httptest.NewServer(mux)
	t.Cleanup(k.Close)
	return k
}

// publish makes the server publish a key.
func (k *keyless) publish() {
	set := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	k.keys.Store(&set)
}

func (k *keyless) profile() core.Profile {
	p := core.NewProfile("shop")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID, p.TLS.Enabled = k.URL, k.URL, "sa_test", false
	return p
}

// A profile with addresses and an account only signs in to a server that publishes no
// keys, as the first generation does not. Once the program has seen keys of the server,
// every new connection needs them.
func TestServerWithoutKeys(t *testing.T) {
	t.Parallel()
	server := newKeyless(t)
	p := server.profile()
	c := connect.New(connect.Config{Load: func(string) (core.Profile, error) { return p, nil }, Secrets: connect.NewSecrets(core.NewSecret("s3cret"), nil),
		Metrics: metrics.New(metrics.Build{}), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(c.Close)
	if err := send(t, c); err != nil {
		t.Fatalf("without keys: %v", err)
	}
	server.publish()
	c.Forget("shop")
	if err := send(t, c); core.CodeOf(err) != core.CodeTokenUntrusted || !strings.Contains(err.Error(), "no key") {
		t.Errorf("with another's signature: %v", err)
	}
	server.keys.Store(nil)
	c.Forget("shop")
	if err := send(t, c); core.CodeOf(err) != core.CodeTokenUntrusted || !strings.Contains(err.Error(), "404") {
		t.Errorf("with its keys gone: %v", err)
	}
}

// send uploads a small file.
func send(t *testing.T, c *connect.Connections) error {
	t.Helper()
	by := engine.Route{Profile: "shop"}
	endpoint, err := c.Endpoint(t.Context(), by)
	if err != nil {
		return err
	}
	uploader, err := c.Uploader(t.Context(), by, endpoint.Destination)
	if err != nil {
		return err
	}
	_, err = uploader.Upload(t.Context(), coretest.SmallFile(t), coretest.Unwatched{})
	return err
}

// The program remembers over restarts that a server publishes keys. A command that finds
// none, although an earlier one found some, refuses the server's tokens, wherever the
// secret comes from. If none was ever found, it signs in.
func TestKeysAreRememberedOverRestarts(t *testing.T) {
	t.Parallel()
	server := newKeyless(t)
	s := &testServer{profileFile: filepath.Join(t.TempDir(), "shop.toml")}
	s.writeProfile(t, server.profile())
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret"), 0o600); err != nil {
		t.Fatal(err)
	}
	upload := func(home string, args ...string) (string, int) {
		cmd := exec.Command("ingester", append(append([]string{"upload", "--profile-file", s.profileFile}, args...), dir)...)
		cmd.Env = append(os.Environ(), "INGESTER_HOME="+home)
		if len(args) == 0 {
			cmd.Env = append(cmd.Env, "INGESTER_CLIENT_SECRET=s3cret")
		}
		out, _ := cmd.CombinedOutput() // the exit code tells
		return string(out), cmd.ProcessState.ExitCode()
	}
	for _, args := range [][]string{nil, {"--secret-file", secret}} {
		home := t.TempDir()
		server.publish()
		if out, code := upload(home, args...); code != exitAuth || !strings.Contains(out, "no key") {
			t.Errorf("with another's signature: exit code %d\n%s", code, out)
		}
		server.keys.Store(nil)
		if out, code := upload(home, args...); code != exitAuth || !strings.Contains(out, "published its keys before") {
			t.Errorf("with its keys gone: exit code %d\n%s", code, out)
		}
		if out, code := upload(t.TempDir(), args...); code != exitOK {
			t.Errorf("where they were never seen: exit code %d\n%s", code, out)
		}
	}
}

// A connection test that is the first thing done on a computer gives no warning: it
// creates the folder in which it remembers that the server publishes keys.
func TestCheckComesFirst(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	cmd := s.command(filepath.Join(t.TempDir(), "new"), "check", "--profile-file", s.profileFile)
	var errs strings.Builder
	cmd.Stderr = &errs
	if out, err := cmd.Output(); err != nil || errs.Len() > 0 {
		t.Errorf("%v: %s%s", err, out, errs.String())
	}
}
