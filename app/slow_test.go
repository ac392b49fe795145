package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// The first generation reads the form before it looks at the token. With SOAK=1 a hundred
// files of 2 MiB are sent over a network of 300 KiB a second, with tokens that live a
// minute; that takes twelve minutes. Otherwise a few files are sent over a faster network.
// Each is stored once.
func TestSlowLineShortTokens(t *testing.T) {
	t.Parallel()
	files, size, perSecond := 6, 3<<19, 3<<20
	if os.Getenv("SOAK") != "" {
		files, size, perSecond = 100, 2<<20, 300<<10
	}
	s := newServer(t, sandbox.Config{Generation: 1, TokenLifetime: time.Minute})
	p := s.Profile()
	upstream, err := url.Parse(p.IngesterURL)
	if err != nil {
		t.Fatal(err)
	}
	p.IngesterURL = "https://" + relay(t, upstream.Host, rate.NewLimiter(rate.Limit(perSecond), 16<<10))
	s.writeProfile(t, p)
	dir := t.TempDir()
	for i := range files {
		data := make([]byte, size)
		_, _ = rand.Read(data)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("scan-%03d.tif", i)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	lines, code := s.upload(t, t.TempDir(), dir)
	attempts := 0
	for _, line := range lines {
		if line.State != core.StateStored {
			t.Errorf("%+v", line)
		}
		attempts += line.Attempts
	}
	stored, err := s.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d stored, %d attempts in %v, exit code %d", files, len(stored), attempts, time.Since(began).Round(time.Second), code)
	if code != exitOK || len(stored) != files || len(lines) != files {
		t.Errorf("exit code %d, %d stored, %d lines", code, len(stored), len(lines))
	}
}

// relay passes connections on to an address, all of them together at a limited
// speed on the way there. It returns its own address.
func relay(t *testing.T, to string, limit *rate.Limiter) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() { end(); _ = l.Close(); all.Wait() })
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				server, err := new(net.Dialer).DialContext(ctx, "tcp", to)
				if err != nil {
					_ = conn.Close()
					return
				}
				stop := context.AfterFunc(ctx, func() { _ = conn.Close(); _ = server.Close() })
				defer stop()
				_ = conn.(*net.TCPConn).SetReadBuffer(64 << 10) // what it has not passed on counts as not sent
				back := make(chan struct{})
				go func() {
					defer close(back)
					_, _ = io.Copy(conn, server)
					_ = conn.Close()
				}()
				_, _ = io.CopyBuffer(struct{ io.Writer }{limited{ctx, server, limit}}, struct{ io.Reader }{conn}, make([]byte, 16<<10))
				_ = server.Close()
				<-back
			})
		}
	})
	return l.Addr().String()
}

// limited writes no more than its limit.
type limited struct {
	ctx   context.Context
	to    io.Writer
	limit *rate.Limiter
}

// Write implements io.Writer.
func (l limited) Write(p []byte) (int, error) {
	if err := l.limit.WaitN(l.ctx, len(p)); err != nil {
		return 0, err
	}
	return l.to.Write(p)
}
