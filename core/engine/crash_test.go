package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/store"
)

// mortal is a store that stops saving after some commits, as if the power had
// failed: the next start sees nothing of what was done after that.
type mortal struct {
	*store.Store
	mu   sync.Mutex
	left int
	dead chan struct{}
}

// Commit implements Store.
func (m *mortal) Commit(ctx context.Context, b core.Batch) error {
	m.mu.Lock()
	m.left--
	if m.left == 0 {
		close(m.dead)
	}
	dead := m.left < 0
	m.mu.Unlock()
	if dead {
		return full(b)
	}
	return m.Store.Commit(ctx, b)
}

// A crash at any point loses no queued file, shows none as stored that is not,
// and stores none twice: fault 46.
func TestCrash(t *testing.T) {
	for after := 1; after <= 15; after++ {
		for _, honours := range []bool{true, false} {
			for _, notes := range []bool{false, true} {
				if notes && (honours || after%3 != 0) {
					continue // retries take their time
				}
				t.Run(fmt.Sprintf("key honoured %v, notes %v, after %d commits", honours, notes, after), func(t *testing.T) {
					crash(t, honours, notes, after)
				})
			}
		}
	}
}

func crash(t *testing.T, honours, notes bool, after int) {
	ctx := context.Background()
	s := newServer()
	s.honours = honours
	if notes { // each first attempt arrives, but its answer is lost
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			if n == 1 {
				return false, leaveHalf(ctx, s, tr, p, true)
			}
			return whole(ctx, s, tr, n, p)
		}
	}
	path := filepath.Join(t.TempDir(), "queue.db")
	st := openStore(t, path)
	dying := &mortal{Store: st, left: after, dead: make(chan struct{})}
	f := begin(t, s, dying)
	var acknowledged []core.TransferID
	for i := 0; ; i++ {
		size := int64(100)
		if i%3 == 0 {
			size = 2 << 20
		}
		got, err := f.Submit(ctx, []core.Source{source(fmt.Sprint(i), size), source(fmt.Sprint(i, "+"), size)}, options())
		if err != nil {
			break
		}
		acknowledged = append(acknowledged, got.Queued...)
	}
	<-dying.dead
	_ = f.stop() // an error: it can no longer save
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}

	again := openStore(t, path)
	f = begin(t, s, again)
	f.await("the end of all", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		for _, tr := range shown {
			if !tr.State.Done() {
				return false
			}
		}
		return true
	})
	snapshot, feed := f.Subscribe()
	feed.Close()
	final := map[core.TransferID]core.State{}
	for _, tr := range snapshot.Transfers {
		final[tr.ID] = tr.State
	}
	history, err := again.History(ctx, core.HistoryQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tr := range history {
		final[tr.ID] = core.StateStored
	}
	for _, id := range acknowledged {
		commits := s.committed(id)
		switch state := final[id]; {
		case state == "":
			t.Errorf("%s is lost", id)
		case commits > 1:
			t.Errorf("%s is stored %d times", id, commits)
		case state == core.StateStored && commits == 0:
			t.Errorf("%s is shown as stored, but is not", id)
		case state != core.StateStored && (honours || state != core.StateUnknown):
			t.Errorf("%s is %s", id, state)
		}
	}
}
