package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// attached returns a caller of a new owner.
func attached(t *testing.T, d *desk) (*Server, Call) {
	t.Helper()
	folder := t.TempDir()
	s := open(t, folder, d, Hello{Kind: Command})
	c, err := Dial(t.Context(), folder, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	call, err := c.Attach(t.Context(), Terms{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = call.Leave(context.Background()) })
	return s, call
}

// When the owner ends, every request returns that error, which tells whether a window has the queue now.
func TestOwnerEnds(t *testing.T) {
	for name, handed := range map[string]bool{"ends": false, "hands over": true} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			s, call := attached(t, d)
			_, feed := call.Subscribe()
			defer feed.Close()
			s.End(handed)
			close(d.feed.updates) // as if the engine had ended
			_, err := feed.Next(t.Context())
			var gone *Gone
			if !errors.As(err, &gone) || gone.HandedOver != handed {
				t.Errorf("the feed: %#v", err)
			}
			if err := call.Retry(t.Context(), "1"); !errors.As(err, &gone) || gone.HandedOver != handed {
				t.Errorf("a verb: %v", err)
			}
			if _, refused := call.Subscribe(); refused.(interface{ Err() error }).Err() == nil {
				t.Error("there is a feed")
			}
		})
	}
}

// If the queue stops, that is the owner's end, and not a stop of the caller's work.
func TestQueueStops(t *testing.T) {
	d := newDesk()
	_, call := attached(t, d)
	d.fail = &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Message: "The program is closing."}
	if err := call.Retry(t.Context(), "1"); !IsGone(err) {
		t.Errorf("%v", err)
	}
}

// A caller whose connection breaks has left. A caller that calls Stop or Leave ends that way, and only
// once.
func TestCallerGoes(t *testing.T) {
	d := newDesk()
	_, call := attached(t, d)
	call.(*caller).close(errors.New("killed"))
	if how := <-d.parted; how != "leave" {
		t.Error(how)
	}
	_, call = attached(t, d)
	if err := call.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if how := <-d.parted; how != "stop" {
		t.Error(how)
	}
	select {
	case how := <-d.parted:
		t.Errorf("it left twice: %s", how)
	default:
	}
}

// A caller that its owner doesn't know any more, as at the moment when the owner ends, has to look for the
// queue again.
func TestForgottenCaller(t *testing.T) {
	d := newDesk()
	s, call := attached(t, d)
	for id := range s.calls {
		s.dismiss(t.Context(), id)
	}
	if err := call.Retry(t.Context(), "1"); !IsGone(err) {
		t.Errorf("a verb: %v", err)
	}
	_, feed := call.Subscribe()
	defer feed.Close()
	if _, err := feed.Next(t.Context()); !IsGone(err) {
		t.Errorf("the feed: %v", err)
	}
}

// An owner serves until its callers' work is done. It doesn't wait for ever for a caller that doesn't leave.
func TestFinish(t *testing.T) {
	d := newDesk()
	s, call := attached(t, d)
	if n := s.Callers(); n != 1 {
		t.Errorf("%d callers", n)
	}
	ending, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Finish(ending) {
		t.Error("it has finished with a caller there")
	}
	if !s.Finish(t.Context()) { // the caller's files have ended, but it stays
		t.Error("it waits for one that has nothing to wait for")
	}
	if err := call.Retry(t.Context(), "1"); !IsGone(err) {
		t.Errorf("%v", err)
	}
}

// A caller gives up an owner that was stopped, with an error that says what to do. The test runs in virtual
// time, over a pipe.
func TestSilentOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		go func() {
			buffer := make([]byte, 1<<16)
			_, _ = there.Read(buffer)
			_, _ = io.WriteString(there, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{\"call\":\"number\"}\r\n1\r\n\n\r\n")
			_, _ = io.Copy(io.Discard, there)
		}()
		c := &Client{Hello: Hello{Process: 42}, http: &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return here, nil }}}}
		call, err := c.Attach(t.Context(), Terms{})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		<-call.(*caller).life.Done()
		err = context.Cause(call.(*caller).life)
		if took := time.Since(begun); took != silence || core.CodeOf(err) != core.CodeAlreadyRunning || !strings.Contains(err.Error(), "(42) does not answer any more") {
			t.Errorf("after %v: %v", took, err)
		}
		if err := call.Leave(t.Context()); err != nil {
			t.Errorf("it is told twice: %v", err)
		}
		_ = there.Close()
		c.Close()
	})
}

// A caller also gives up an owner that accepts the connection and sends nothing.
func TestMuteOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		go func() { _, _ = io.Copy(io.Discard, there) }()
		c := &Client{Hello: Hello{Process: 42}, http: &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return here, nil }}}}
		begun := time.Now()
		_, err := c.Attach(t.Context(), Terms{})
		if took := time.Since(begun); took != silence || core.CodeOf(err) != core.CodeAlreadyRunning {
			t.Errorf("after %v: %v", took, err)
		}
		_ = there.Close()
		c.Close()
	})
}

// If the owner can't be greeted, the error is a *core.Error that says what to do, also if another user's
// process is in its place, or if the call was cancelled.
func TestNotGreeted(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		ctx  context.Context
		dial error
		code core.Code
		says string
	}{
		"another user": {t.Context(), fmt.Errorf("%w: user 7", errForeign), core.CodeAlreadyRunning, "another user"},
		"interrupted":  {stopped, nil, core.CodeCancelled, "stopped"},
	} {
		client := &Client{http: &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, c.dial }}}}
		err := client.greet(c.ctx, "1.0")
		if core.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "http:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Messages are read within limits, and never cause a panic.
func FuzzLines(f *testing.F) {
	f.Add([]byte("{\"call\":\"a\"}\n\n{\"last\":true}\n"))
	f.Add([]byte(`{"already":[{"source":{"path":{"bytes":"6Q=="}},"error":{"cause":"x"}}],"state":{"waits":[{}]},"terms":{"profile":{"files":{"ca":{"bytes":"!"}}}},"last":true}`))
	f.Add([]byte(`{"ids":"no list"}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = newLineReader(strings.NewReader(string(data))).all(func(m message) {
			_ = transfersOf(append(m.Already, m.Transfers...))
			_ = m.Error.error()
			if m.State != nil {
				_ = m.State.waits()
			}
			if m.Terms != nil {
				_ = m.Terms.core()
			}
			if m.Options != nil {
				_ = m.Options.core()
			}
			_ = pathsOf([]message{m})
		})
	})
}
