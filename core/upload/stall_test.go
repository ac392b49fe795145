package upload

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// overPipes dials in-memory connections and passes their other ends to serve, so that time in
// the test is the bubble's.
func overPipes(t *testing.T, serve func(net.Conn)) wire.Dial {
	var all sync.WaitGroup
	t.Cleanup(all.Wait)
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		all.Go(func() {
			defer func() { _ = server.Close() }()
			serve(server)
		})
		return client, nil
	}
}

// slowly reads an HTTP/1.1 request, after 100 Continue if leave is set, at n bytes in every
// pause, and then calls end.
func slowly(n int64, pause time.Duration, leave bool, end func(conn net.Conn, size int64)) func(net.Conn) {
	return func(conn net.Conn) {
		req, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		if leave {
			_, _ = io.WriteString(conn, "HTTP/1.1 100 Continue\r\n\r\n")
		}
		for {
			if _, err := io.CopyN(io.Discard, req.Body, n); err != nil {
				break
			}
			time.Sleep(pause) //nolint:forbidigo // virtual time
		}
		end(conn, req.ContentLength)
	}
}

func forEver(conn net.Conn, _ int64) { _, _ = io.Copy(io.Discard, conn) }

func refuse(conn net.Conn, _ int64) {
	_, _ = io.WriteString(conn, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

// Fault 24: silence is noticed, and slowness is not mistaken for it.
func TestWatchdog(t *testing.T) {
	for _, tt := range []struct {
		name    string
		size    int64
		limiter transport.Limiter
		serve   func(net.Conn)
		code    core.Code
		outcome core.Outcome
		took    time.Duration // at least this long, and at most a minute more
	}{
		{"takes nothing", 2 << 20, nil, func(net.Conn) { <-time.After(time.Hour) }, core.CodeStalled, core.OutcomeNotProcessed, 2 * time.Minute},
		{"stops in the middle", 2 << 20, nil, slowly(1<<20, 10*time.Minute, true, forEver), core.CodeStalled, core.OutcomeCutOff, 2 * time.Minute},
		{"never answers", 2 << 20, nil, slowly(8<<20, 0, true, forEver), core.CodeTimeout, core.OutcomeUnknown, 5 * time.Minute},
		{"gives no leave, but takes it", 2 << 20, nil, slowly(8<<20, 0, false, refuse), core.CodeTooLarge, core.OutcomeAnswered, 5 * time.Second},
		{"is slow but alive", 16 << 20, nil, slowly(256<<10, 100*time.Second, true, refuse), core.CodeTooLarge, core.OutcomeAnswered, 106 * time.Minute},
		{"our own limit is slow", 1 << 20, rate.NewLimiter(100, 32<<10), slowly(8<<20, 0, true, refuse), core.CodeTooLarge, core.OutcomeAnswered, 169 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			transfer := sparse(t, tt.size)
			synctest.Test(t, func(t *testing.T) {
				c := newTestClient(t, "http://127.0.0.1:1", nil, func(cfg *Config) {
					cfg.Limiter, cfg.dial = tt.limiter, overPipes(t, tt.serve)
				})
				began := time.Now()
				_, err := c.Upload(t.Context(), transfer, &progress{})
				e := core.AsError(err)
				if e == nil || e.Code != tt.code || e.Outcome != tt.outcome {
					t.Errorf("got %+v, want %s outcome %d", e, tt.code, tt.outcome)
				}
				if took := time.Since(began); took < tt.took || took > tt.took+time.Minute {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

// Fault 33: HTTP/2's own timers don't notice a server that answers pings but opens no window.
func TestWatchdogSeesAClosedWindow(t *testing.T) {
	transfer := sparse(t, 4<<20)
	synctest.Test(t, func(t *testing.T) {
		ca := coretest.NewCA(t, "CA")
		config := ca.ServerConfig(t)
		config.NextProtos, config.SessionTicketsDisabled = []string{"h2"}, true // a pipe can't take a session ticket while it is being written to
		dial := overPipes(t, func(conn net.Conn) {
			secure := tls.Server(conn, config)
			if _, err := io.ReadFull(secure, make([]byte, len(http2.ClientPreface))); err != nil {
				return
			}
			f := http2.NewFramer(secure, secure)
			_ = f.WriteSettings()
			for {
				frame, err := f.ReadFrame()
				if err != nil {
					return
				}
				if ping, ok := frame.(*http2.PingFrame); ok && !ping.IsAck() {
					_ = f.WritePing(true, ping.Data)
				}
			}
		})
		c := newTestClient(t, "https://127.0.0.1:1", ca, func(cfg *Config) { cfg.HTTPVersion, cfg.dial = core.HTTP2, dial })
		began := time.Now()
		_, err := c.Upload(t.Context(), transfer, &progress{})
		coretest.Want(t, err, core.KindNetwork, core.CodeStalled, core.OutcomeCutOff)
		if took := time.Since(began); took < transport.StallTimeout || took > transport.StallTimeout+time.Minute {
			t.Errorf("took %v", took)
		}
	})
}
