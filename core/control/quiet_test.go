package control

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// A process that was stopped for long counts one step, however many would have passed, and then hears from
// its owner: that is no silence.
func TestStoppedCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		q := newQuiet(func() { ended = true })
		defer q.stop()
		q.passed = quietSteps - 2 // the owner was last heard a while ago
		q.step()                  // as when a stopped process goes on
		q.heard()
		for range quietSteps - 1 {
			q.step()
		}
		if ended {
			t.Error("an owner that is heard of is given up")
		}
		if q.step(); !ended {
			t.Error("a silent owner is not given up")
		}
	})
}

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

// dial is a transport's DialContext.
func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

// After a long time without updates a large one still arrives. If a caller doesn't read for a minute, the
// owner gives it up.
func TestMuchAfterSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, l := newDesk(), &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		s := NewServer(Hello{}, slog.New(slog.DiscardHandler))
		s.Begin(d)
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		c := &Client{http: &http.Client{Transport: &http.Transport{DialContext: l.dial}}}
		call, err := c.Attach(t.Context(), Terms{})
		if err != nil {
			t.Fatal(err)
		}
		_, feed := call.Subscribe()
		many := make([]core.Transfer, 3*perLine)
		for _, wait := range []time.Duration{time.Second, 2 * writeTime, time.Hour} {
			time.Sleep(wait) //nolint:forbidigo // virtual time
			d.feed.updates <- core.Update{Changed: many}
			u, err := feed.Next(t.Context())
			if err != nil || len(u.Changed) != len(many) {
				t.Errorf("after %v: %d transfers, %v", wait, len(u.Changed), err)
			}
		}
		for range 3 { // one is being sent, one is kept, one is not read
			d.feed.updates <- core.Update{Changed: many}
		}
		time.Sleep(2 * writeTime) //nolint:forbidigo // virtual time in which the caller doesn't read
		for err == nil {
			_, err = feed.Next(t.Context())
		}
		if !IsGone(err) {
			t.Error(err)
		}
		feed.Close()
		_ = call.Leave(context.Background())
		c.Close()
		if err := errors.Join(s.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
}
