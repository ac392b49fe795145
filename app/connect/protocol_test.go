package connect

import (
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	expslog "golang.org/x/exp/slog"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/tus"
	"github.com/artstore/ingester/core/upload"
)

// anyToken is a sign-in that always works.
type anyToken struct{}

func (anyToken) Token(context.Context) (core.Token, error) {
	return core.Token{Value: core.NewSecret("token"), Type: "Bearer"}, nil
}
func (a anyToken) TokenFor(ctx context.Context, _ time.Duration) (core.Token, error) {
	return a.Token(ctx)
}
func (anyToken) Invalidate(core.Token) {}

// noted is a core.Progress that keeps the newest note.
type noted struct{ note string }

func (*noted) Sent(int64)                      {}
func (*noted) Resumed(int64)                   {}
func (*noted) Finishing(context.Context) error { return nil }
func (n *noted) Resumable(_ context.Context, note string) error {
	n.note = note
	return nil
}

// connectTo is a connection to a server at address.
func connectTo(t *testing.T, address string, protocol core.Protocol) *connection {
	t.Helper()
	client, err := upload.New(upload.Config{BaseURL: address, Tokens: anyToken{}})
	if err != nil {
		t.Fatal(err)
	}
	p := core.Profile{IngesterURL: address}
	resumable, err := tus.New(tus.Config{URL: p.TusURL(), Tokens: anyToken{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), resumable.Close() })
	return &connection{protocol: protocol, client: client, tus: resumable, log: slog.New(slog.DiscardHandler), expiry: &expiry{metrics: metrics.New(metrics.Build{}), read: time.Now().Add(time.Hour)}}
}

// The profile, the size and what the server offers decide; a server is asked
// once, and not because of small files.
func TestWhichProtocol(t *testing.T) {
	offers := http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"creation"}}
	limited := offers.Clone()
	limited.Set("Tus-Max-Size", "1000")
	const small, large = resumableFrom - 1, resumableFrom
	for _, tt := range []struct {
		name     string
		protocol core.Protocol
		resume   string
		size     int64
		status   int
		offer    http.Header
		byTus    bool
		asked    int
	}{
		{"auto, large, offered", core.ProtocolAuto, "", large, 204, offers, true, 1},
		{"auto, small", core.ProtocolAuto, "", small, 204, offers, false, 0},
		{"auto, large, not offered", core.ProtocolAuto, "", large, 404, nil, false, 1},
		{"auto, larger than tus takes", core.ProtocolAuto, "", large, 204, limited, false, 1},
		{"auto, large, out of order", core.ProtocolAuto, "", large, 500, nil, false, 2},
		{"auto, small, begun by tus", core.ProtocolAuto, "note", small, 204, offers, true, 0},
		{"tus, small", core.ProtocolTus, "", small, 404, nil, true, 0},
		{"multipart, large", core.ProtocolMultipart, "", large, 204, offers, false, 0},
		{"multipart, begun by tus", core.ProtocolMultipart, "note", large, 204, offers, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodOptions || r.URL.Path != "/files/" {
					t.Errorf("%s %s", r.Method, r.URL)
				}
				asked++
				for name, values := range tt.offer {
					w.Header()[name] = values
				}
				w.WriteHeader(tt.status)
			}))
			defer s.Close()
			c := connectTo(t, s.URL, tt.protocol)
			for range 2 {
				got, err := c.byTus(t.Context(), core.Transfer{Source: core.Source{Size: tt.size}, Resume: tt.resume})
				if err != nil || got != tt.byTus {
					t.Errorf("%v, %v", got, err)
				}
			}
			if asked != tt.asked {
				t.Errorf("asked %d times", asked)
			}
		})
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	c := connectTo(t, gone.URL, core.ProtocolAuto)
	_, err := c.Upload(t.Context(), core.Transfer{Source: core.Source{Size: large}}, &noted{})
	if core.CodeOf(err) != core.CodeConnectionRefused {
		t.Errorf("got %v", err)
	}
}

// A large file is sent to a real tusd, and deleted there.
func TestConnectionUploadsByTus(t *testing.T) {
	dir := t.TempDir()
	composer := handler.NewStoreComposer()
	filestore.New(dir).UseIn(composer)
	h, err := handler.NewHandler(handler.Config{BasePath: "/files/", StoreComposer: composer,
		Logger: expslog.New(expslog.NewTextHandler(io.Discard, nil)), GracefulRequestCompletionTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(http.StripPrefix("/files/", h))
	defer s.Close()
	file := filepath.Join(t.TempDir(), "large.bin")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, resumableFrom); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	c := connectTo(t, s.URL, core.ProtocolAuto)
	transfer := core.Transfer{ID: "1", Source: core.Source{Path: file, Name: "large.bin", Size: resumableFrom, ModTime: info.ModTime()},
		Options: core.Options{Retention: core.RetentionPermanent}}
	p := &noted{}
	r, err := c.Upload(t.Context(), transfer, p)
	if sum := sha256.Sum256(make([]byte, resumableFrom)); err != nil || r.SHA256 != core.NewChecksum(sum[:]) {
		t.Fatalf("%+v, %v", r, err)
	}
	if l := c.link(time.Now()); l.State != core.LinkUp || c.RoundTrip() <= 0 {
		t.Errorf("%+v, round trip %v", l, c.RoundTrip())
	}
	transfer.Resume = p.note
	if err := c.Terminate(t.Context(), transfer); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, r.FileID)); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
