package engine

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// A full disk stops the queue; nothing is shown as stored that isn't durable, and
// results are kept until they can be saved: fault 48.
func TestFullDiskWhileSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, st := newServer(), newMemory()
		begun, finish := make(chan struct{}, 100), make(chan struct{})
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			begun <- struct{}{}
			<-finish
			return true, nil
		}
		s.streams = 2
		f := begin(t, s, st)
		f.patience = time.Hour
		ids := f.submit(sources(20, 100<<10)...)
		<-begun
		<-begun
		var refused atomic.Int64
		st.with(func(m *memory) { m.refuse = func(b core.Batch) error { refused.Add(1); return full(b) } })
		close(finish)
		f.awaitHalt(core.CodeStoreFailed)
		<-time.After(10 * time.Minute)
		if s.total() != 2 {
			t.Errorf("%d uploads began", s.total())
		}
		if n := refused.Load(); n < 10 || n > 40 {
			t.Errorf("saving was tried %d times", n)
		}
		snapshot, feed := f.Subscribe()
		feed.Close()
		for _, tr := range snapshot.Transfers {
			if tr.State == core.StateStored {
				t.Error("shown as stored, and not durable")
			}
		}
		st.with(func(m *memory) { m.refuse = nil })
		f.awaitState(core.StateStored, ids...)
		f.awaitHalt("")
		for _, id := range ids {
			if s.attempts(id) != 1 {
				t.Errorf("sent %d times", s.attempts(id))
			}
		}
		_ = f.stop()
	})
}

// Without a durable claim nothing is sent.
func TestFullDiskBeforeSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, st := newServer(), newMemory()
		f := begin(t, s, st)
		f.patience = time.Hour
		st.with(func(m *memory) {
			m.refuse = func(b core.Batch) error {
				claim := func(tr core.Transfer) bool { return tr.State == core.StateSending }
				if slices.ContainsFunc(b.Put, claim) {
					return full(b)
				}
				return nil
			}
		})
		ids := f.submit(sources(3, 10)...)
		f.awaitHalt(core.CodeStoreFailed)
		<-time.After(5 * time.Minute)
		if s.total() != 0 {
			t.Errorf("%d were sent", s.total())
		}
		st.with(func(m *memory) { m.refuse = nil })
		f.awaitState(core.StateStored, ids...)
		_ = f.stop()
	})
}

// The last bytes of a large file are not sent if that can't be made durable first.
func TestFullDiskWhileFinishing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, st := newServer(), newMemory()
		s.script = func(ctx context.Context, _ *server, _ core.Transfer, n int, p core.Progress) (bool, error) {
			if n == 1 {
				st.with(func(m *memory) { m.refuse = full })
			}
			if err := p.Finishing(ctx); err != nil {
				st.with(func(m *memory) { m.refuse = nil })
				return false, err
			}
			return true, nil
		}
		f := begin(t, s, st)
		f.patience = time.Hour
		id := f.submit(source("a", 2<<20))[0]
		f.awaitState(core.StateStored, id)
		if s.committed(id) != 1 || s.attempts(id) != 2 {
			t.Errorf("%d commits, %d attempts", s.committed(id), s.attempts(id))
		}
		f.awaitHalt("")
		_ = f.stop()
	})
}

// A queue that can't be saved doesn't keep the program from ending, and the next
// start finds out what happened.
func TestShutdownOnFullDisk(t *testing.T) {
	s, st := newServer(), newMemory()
	s.script = hang(core.OutcomeUnknown)
	f := begin(t, s, st)
	id := f.submit(source("a", 10))[0]
	f.await("the upload", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.attempts(id) == 1 })
	st.with(func(m *memory) { m.refuse = full })
	if err := f.stop(); core.CodeOf(err) != core.CodeStoreFailed {
		t.Errorf("Run returned %v", err)
	}
	st.with(func(m *memory) { m.refuse = nil })
	s.with(func(s *server) { s.script = nil })
	f = begin(t, s, st)
	f.awaitState(core.StateStored, id)
	if s.committed(id) != 1 {
		t.Errorf("stored %d times", s.committed(id))
	}
}

// An engine runs only once; a queue that can't be read is an error.
func TestRunErrors(t *testing.T) {
	f := begin(t, newServer(), newMemory())
	if err := f.Run(context.Background()); core.CodeOf(err) != core.CodeInternal {
		t.Errorf("got %v", err)
	}
	if err := f.stop(); err != nil {
		t.Error(err)
	}
	broken := prepare(t, newServer(), unreadable{newMemory()})
	if err := broken.Run(context.Background()); core.CodeOf(err) != core.CodeStoreFailed {
		t.Errorf("got %v", err)
	}
	if err := broken.Pause(context.Background(), "a"); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
}

type unreadable struct{ *memory }

func (unreadable) Unfinished(context.Context) ([]core.Transfer, error) {
	return nil, full(core.Batch{})
}
