package tus

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// progress records what an upload reports, and its notes.
type progress struct {
	mu       sync.Mutex
	sent     []int64
	resumed  int64
	notes    []string
	finished int
	onSent   func(int64)
	onNote   func(string) error
	onEnd    func() error
}

func (p *progress) Sent(n int64) {
	p.mu.Lock()
	p.sent = append(p.sent, n)
	hook := p.onSent
	p.mu.Unlock()
	if hook != nil {
		hook(n)
	}
}

func (p *progress) Resumed(n int64) { p.resumed = n }

func (p *progress) Finishing(context.Context) error {
	p.finished++
	if p.onEnd != nil {
		return p.onEnd()
	}
	return nil
}

func (p *progress) Resumable(ctx context.Context, note string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if p.onNote != nil {
		if err := p.onNote(note); err != nil {
			return err
		}
	}
	p.notes = append(p.notes, note)
	return nil
}

// note returns the note that a crash would leave.
func (p *progress) note() string {
	if len(p.notes) == 0 {
		return ""
	}
	return p.notes[len(p.notes)-1]
}

// completeIsStored configures a client for a server without hooks.
func completeIsStored(cfg *Config) { cfg.CompleteIsStored = true }

func (s *server) newClient(t testing.TB, change func(*Config)) *Client {
	t.Helper()
	cfg := Config{URL: s.URL + "/files/", Tokens: &coretest.Tokens{}, UserAgent: "test", Streams: 4, Checksums: true, pause: time.Millisecond,
		TLS: &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: s.ca.Pool(), Certificates: []tls.Certificate{s.ca.Client(t, "tester")}}}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// newTransfer writes a file of size random bytes.
func newTransfer(t testing.TB, name string, size int) (core.Transfer, []byte) {
	t.Helper()
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size)}).Read(data)
	file := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return core.Transfer{
		ID:      "6f1d2c3b-0000-4000-8000-000000000001",
		Source:  content.Describe(file, name, info),
		Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 30, Description: "eins\r\nzwei", Tags: []string{"é"}},
	}, data
}

// wantReceipt checks that a receipt is for data.
func wantReceipt(t *testing.T, r core.Receipt, err error, data []byte) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if r.SHA256 != core.NewChecksum(sum[:]) || r.Size != int64(len(data)) || r.FileID == "" || r.UploadedAt.IsZero() || r.HTTP == "" || r.Status/100 != 2 {
		t.Errorf("%+v", r)
	}
}
