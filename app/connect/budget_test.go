package connect

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/upload"
)

// brief is a sign-in whose tokens live for a microsecond: every file takes longer.
type brief struct{}

func (brief) TokenFor(context.Context, time.Duration) (core.Token, error) {
	return core.Token{Value: core.NewSecret("token"), Life: time.Microsecond, Expiry: time.Now().Add(time.Hour)}, nil
}
func (b brief) Token(ctx context.Context) (core.Token, error) { return b.TokenFor(ctx, 0) }
func (brief) Invalidate(core.Token)                           {}

// A file that takes longer than a token lives is sent by tus if the server has that,
// however small the file is.
func TestFileThatOutlastsItsTokenGoesByTus(t *testing.T) {
	files := &coretest.ArtStore{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/files/upload", files.ServeHTTP)
	mux.HandleFunc("OPTIONS /files/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Tus-Version", "1.0.0")
		w.Header().Set("Tus-Extension", "creation")
	})
	s := httptest.NewServer(mux)
	defer s.Close()
	c := connectTo(t, s.URL, core.ProtocolAuto)
	client, err := upload.New(upload.Config{BaseURL: s.URL, Tokens: brief{}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	c.client = client
	small := core.Transfer{Source: core.Source{Size: 1 << 20}}
	if byTus, err := c.byTus(t.Context(), small); byTus || err != nil {
		t.Errorf("before anything was measured: %v, %v", byTus, err)
	}
	path := filepath.Join(t.TempDir(), "a.bin")
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Upload(t.Context(), core.Transfer{ID: "11111111-2222-4333-8444-555555555555", Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 1},
		Source: core.Source{Path: path, Name: "a.bin", Size: info.Size(), ModTime: info.ModTime()}}, &noted{})
	if err != nil {
		t.Fatal(err)
	}
	if byTus, err := c.byTus(t.Context(), small); !byTus || err != nil {
		t.Errorf("a file that takes longer than a token lives: %v, %v", byTus, err)
	}
}

// If the server takes resumable uploads, there is no limit to the bytes in flight.
func TestBudgetOfAProfile(t *testing.T) {
	p := core.NewProfile("shop")
	p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://admin.example", "https://ingester.example", "sa_test"
	c := New(Config{Load: func(string) (core.Profile, error) { return p, nil }, Secrets: NewSecrets(core.NewSecret("s3cret"), nil), Metrics: metrics.New(metrics.Build{}), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(c.Close)
	for protocol, want := range map[core.Protocol]int64{
		core.ProtocolAuto: upload.FirstBudget, core.ProtocolMultipart: upload.FirstBudget, core.ProtocolTus: math.MaxInt64,
	} {
		p.Upload.Protocol = protocol
		endpoint, err := c.Endpoint(t.Context(), engine.Route{Profile: "shop"})
		if err != nil {
			t.Fatal(err)
		}
		if got := endpoint.Budget(10 << 20); got != want {
			t.Errorf("%s: %d, want %d", protocol, got, want)
		}
	}
}
