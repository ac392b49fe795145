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

// attached is a caller at a new owner.
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

// When the owner ends, everything that is asked of it says so, and whether a
// window has the queue now.
func TestOwnerEnds(t *testing.T) {
	for name, handed := range map[string]bool{"ends": false, "hands over": true} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			s, call := attached(t, d)
			_, feed := call.Subscribe()
			defer feed.Close()
			s.End(handed)
			close(d.feed.updates) // as of an engine that has ended
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

// A queue that stops is the owner's end, not the caller's work being stopped.
func TestQueueStops(t *testing.T) {
	d := newDesk()
	_, call := attached(t, d)
	d.fail = &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Message: "The program is closing."}
	if err := call.Retry(t.Context(), "1"); !IsGone(err) {
		t.Errorf("%v", err)
	}
}

// A caller whose connection breaks off has left; one that says how it goes has
// gone that way, once.
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
		t.Errorf("it went twice: %s", how)
	default:
	}
}

// A caller whose owner knows it no more, as in the moment in which that ends, is
// to look for the queue again.
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

// An owner serves until its callers' work is done; one that does not take its
// leave is not waited for for ever.
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
	if !s.Finish(t.Context()) { // the caller's files have ended, and it stays
		t.Error("it waits for one that has nothing to wait for")
	}
	if err := call.Retry(t.Context(), "1"); !IsGone(err) {
		t.Errorf("%v", err)
	}
}

// An owner that has stopped in the middle is given up, with a word on what to
// do. It happens in virtual time, over a pipe.
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

// An owner that takes a caller's connection and says nothing is given up too.
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

// Why the owner could not be greeted is an error of the program, with what to do:
// also that another user's process is in its place, and that the call was ended.
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

// What others say is read within limits, and never ends in a panic.
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
