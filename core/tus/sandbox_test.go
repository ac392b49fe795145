package tus

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
	"github.com/artstore/ingester/core/tlsconfig"
)

// embedded is the program's own server, with a signed-in client whose connections a test
// can cut.
type embedded struct {
	*sandbox.Server
	profile core.Profile
	auth    *auth.Source

	mu  sync.Mutex
	cut int64 // bytes that a connection may write before it breaks, 0 for no end
}

func newEmbedded(t *testing.T) *embedded {
	t.Helper()
	server, err := sandbox.New(t.Context(), sandbox.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	s := &embedded{Server: server, profile: server.Profile()}
	config, err := tlsconfig.Build(s.profile.TLS, core.Secret{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	s.auth, err = auth.New(auth.Config{TokenURL: s.profile.TokenURL(), JWKSURL: s.profile.JWKSURL(), Grant: s.profile.Auth.Grant, ClientID: s.profile.Auth.ClientID,
		Secret: func(context.Context) (core.Secret, error) { return s.ClientSecret(), nil }, TLS: config})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	t.Cleanup(func() {
		_ = s.auth.Close()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		_ = s.Close()
	})
	return s
}

func (s *embedded) client(t *testing.T, change func(*Config)) *Client {
	t.Helper()
	config, err := tlsconfig.Build(s.profile.TLS, core.Secret{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{URL: s.profile.TusURL(), TLS: config, Tokens: s.auth, dial: s.dial, Checksums: true}
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

// breaking is a connection that breaks after some bytes.
type breaking struct {
	net.Conn
	server *embedded
}

func (s *embedded) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	return &breaking{conn, s}, err
}

// Write implements net.Conn.
func (b *breaking) Write(p []byte) (int, error) {
	b.server.mu.Lock()
	breaks := b.server.cut > 0 && b.server.cut <= int64(len(p))
	if b.server.cut > 0 && !breaks {
		b.server.cut -= int64(len(p))
	}
	b.server.mu.Unlock()
	if !breaks {
		return b.Conn.Write(p)
	}
	b.server.set(0)
	_ = b.Conn.(*net.TCPConn).SetLinger(0)
	_ = b.Close()
	return 0, net.ErrClosed
}

func (s *embedded) set(cut int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = cut
}

// one checks that the server has stored this file and no other.
func (s *embedded) one(t *testing.T, r core.Receipt, data []byte) {
	t.Helper()
	files, err := s.Files(t.Context())
	if err != nil || len(files) != 1 || files[0].ID != r.FileID || files[0].SHA256 != r.SHA256 {
		t.Fatalf("%+v, %v; receipt %+v", files, err, r)
	}
	if got, err := os.ReadFile(files[0].Path); err != nil || !bytes.Equal(got, data) {
		t.Errorf("the server has %d other bytes (%v)", len(got), err)
	}
}

// I3: with the program's own server, and connections cut at many places, every file is
// stored once and complete, as one upload and in parts.
func TestEmbeddedServer(t *testing.T) {
	const size = 9<<20 + 1
	transfer, data := newTransfer(t, "dir/ä.txt", size)
	for _, parts := range []int{1, 4} {
		for _, cut := range []int64{0, 1, 20 << 10, 1 << 20, 4<<20 + 5, size - 5, size + 4<<10} {
			t.Run(fmt.Sprintf("%d parts, cut after %d bytes", parts, cut), func(t *testing.T) {
				s := newEmbedded(t)
				c := s.client(t, func(cfg *Config) { cfg.Parts, cfg.partsFrom, cfg.piece = parts, 1<<20, 1<<20 })
				if offer, err := c.Offer(coretest.Limited(t)); err != nil || !offer.Checksum || !offer.Concatenation {
					t.Fatalf("%+v, %v", offer, err)
				}
				s.set(cut)
				again, p := transfer, &progress{}
				r, err := c.Upload(coretest.Limited(t), again, p)
				for range 3 {
					if err == nil {
						break
					}
					if e := core.AsError(err); e.Kind != core.KindNetwork && e.Code != core.CodeOutcomeUnknown && e.Code != core.CodeServerBusy {
						t.Fatalf("got %v", err)
					}
					s.set(0)
					again.Resume = p.note()
					r, err = c.Upload(coretest.Limited(t), again, p)
				}
				wantReceipt(t, r, err, data)
				s.one(t, r, data)
				// The note was lost, but the server recognises the transfer.
				again.Resume = ""
				same, err := c.Upload(coretest.Limited(t), again, &progress{})
				wantReceipt(t, same, err, data)
				s.one(t, same, data)
			})
		}
	}
}

// Small and empty files, and deleting uploads.
func TestEmbeddedServerSmallFiles(t *testing.T) {
	for _, size := range []int{0, 1, 100 << 10} {
		s := newEmbedded(t)
		transfer, data := newTransfer(t, "a", size)
		r, err := s.client(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		if r.ExpiresAt.IsZero() {
			t.Errorf("%+v", r)
		}
		s.one(t, r, data)
	}
	s := newEmbedded(t)
	c, p := s.client(t, nil), &progress{onEnd: func() error { return errors.New("stop") }}
	transfer, data := newTransfer(t, "a", 3<<20)
	_, _ = c.Upload(coretest.Limited(t), transfer, p)
	transfer.Resume = p.note()
	if err := c.Terminate(coretest.Limited(t), transfer); err != nil {
		t.Fatal(err)
	}
	again := &progress{}
	r, err := c.Upload(coretest.Limited(t), core.Transfer{ID: transfer.ID, Source: transfer.Source, Options: transfer.Options}, again)
	wantReceipt(t, r, err, data)
	s.one(t, r, data)
}
