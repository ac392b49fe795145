package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// If the server lists its files, one of unknown outcome is looked up there, after
// an attempt and after a crash. A file that is another transfer's, or isn't there,
// stays unknown.
func TestFindUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
		s := newServer()
		s.honours = false
		s.lists = map[string]string{"there": "id-1", "same": "id-1", "later": "id-2"}
		s.script = func(_ context.Context, _ *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
			return t.Source.Name != "gone", lost
		}
		st := newMemory()
		f := begin(t, s, st)
		f.patience = time.Hour
		first := f.submit(source("there", 10))
		f.awaitState(core.StateStored, first...)
		if r := f.get(first[0]).Receipt; r == nil || r.FileID != "id-1" {
			t.Errorf("receipt %+v", r)
		}
		ids := f.submit(source("same", 10), source("gone", 10))
		f.awaitState(core.StateUnknown, ids...)
		_ = f.stop()

		crashed := core.Transfer{ID: "crashed", Seq: 99, Source: source("later", 10), Options: options(), Server: testServer,
			State: core.StateSending, Attempts: 1}
		if err := st.Commit(context.Background(), core.Batch{Put: []core.Transfer{crashed}}); err != nil {
			t.Fatal(err)
		}
		f = begin(t, s, st)
		f.patience = time.Hour
		f.awaitState(core.StateStored, "crashed")
		if n := s.attempts("crashed"); n != 0 {
			t.Errorf("it was sent %d times again", n)
		}
		_ = f.stop()
	})
}

// left returns a transfer as a crash leaves it.
func left(id string, state core.State, size int64) core.Transfer {
	return core.Transfer{
		ID: core.TransferID(id), Seq: 1, Source: source(id, size), Options: options(), Server: testServer,
		State: state, Attempts: 1, StartedAt: time.Unix(1_700_000_100, 0).UTC(), QueuedAt: time.Unix(1_700_000_000, 0).UTC(),
	}
}

// noted returns t with a note of its uploader.
func noted(t core.Transfer) core.Transfer { t.Resume = "note of " + string(t.ID); return t }

// What the store says after a crash, and what is done about it: the table of
// docs/delivery.md.
func TestRecovery(t *testing.T) {
	const threshold = core.FinishThreshold
	for _, tt := range []struct {
		name    string
		left    core.Transfer
		honours bool
		want    core.State
		sent    int          // attempts after the restart
		outcome core.Outcome // of the interrupted attempt
	}{
		{"queued", left("a", core.StateQueued, 10), false, core.StateStored, 1, 0},
		{"waiting", left("a", core.StateWaiting, 10), false, core.StateStored, 1, 0},
		{"sending, large", left("a", core.StateSending, threshold+1), false, core.StateStored, 1, core.OutcomeCutOff},
		{"sending, small, key honoured", left("a", core.StateSending, threshold), true, core.StateStored, 1, core.OutcomeUnknown},
		{"sending, small, no key", left("a", core.StateSending, threshold), false, core.StateUnknown, 0, core.OutcomeUnknown},
		{"sent, key honoured", left("a", core.StateSent, threshold+1), true, core.StateStored, 1, core.OutcomeUnknown},
		{"sent, no key", left("a", core.StateSent, threshold+1), false, core.StateUnknown, 0, core.OutcomeUnknown},
		{"sending, small, noted", noted(left("a", core.StateSending, threshold)), false, core.StateStored, 1, core.OutcomeCutOff},
		{"sent, noted", noted(left("a", core.StateSent, threshold+1)), false, core.StateStored, 1, core.OutcomeCutOff},
		{"paused", left("a", core.StatePaused, 10), true, core.StatePaused, 0, 0},
		{"failed", left("a", core.StateFailed, 10), true, core.StateFailed, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := openStore(t, "")
			if err := st.Commit(context.Background(), core.Batch{Put: []core.Transfer{tt.left}}); err != nil {
				t.Fatal(err)
			}
			s := newServer()
			s.honours = tt.honours
			f := begin(t, s, st)
			f.awaitState(tt.want, "a")
			if n := s.attempts("a"); n != tt.sent {
				t.Errorf("sent %d times, want %d", n, tt.sent)
			}
			rows, err := st.Attempts(context.Background(), "a")
			if err != nil {
				t.Fatal(err)
			}
			if tt.left.State.Active() && (len(rows) == 0 || rows[0].Number != 1 || rows[0].Outcome != tt.outcome || rows[0].Detail == "") {
				t.Errorf("%+v", rows)
			}
		})
	}
}

// That a server may have a file is remembered, even over restarts, until the user
// decides.
func TestMaybeStoredIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, s := newMemory(), newServer()
		lost := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
		down := failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		s.script = fail(lost, down, down)
		s.askErr = down // no server can be asked
		f := begin(t, s, st)
		f.patience = time.Hour
		id := f.submit(source("a", 10))[0]
		f.await("three questions", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.asks == 3 && shown[id].State == core.StateWaiting && shown[id].Attempts == 1
		})
		if s.attempts(id) != 1 {
			t.Errorf("sent %d times without asking", s.attempts(id))
		}
		if err := f.Pause(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := f.stop(); err != nil {
			t.Fatal(err)
		}

		s.with(func(s *server) { s.honours, s.askErr = false, nil })
		f = begin(t, s, st)
		if got := f.get(id); got.State != core.StatePaused || !maybeStored(got) {
			t.Errorf("%+v", got)
		}
		if err := f.Resume(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		f.awaitState(core.StateUnknown, id)
		if s.attempts(id) != 1 {
			t.Errorf("sent %d times without consent", s.attempts(id))
		}
		s.with(func(s *server) { s.script = nil })
		if err := f.Retry(t.Context(), id); err != nil { // the user accepts a second copy
			t.Fatal(err)
		}
		f.awaitState(core.StateStored, id)
		_ = f.stop()
	})
}

// A cancelled transfer that the server may have is shown as unknown; cancelled
// again, it is cancelled.
func TestCancelMaybeStored(t *testing.T) {
	st, s := newMemory(), newServer()
	maybe := left("a", core.StatePaused, 10)
	maybe.Error = failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	if err := st.Commit(context.Background(), core.Batch{Put: []core.Transfer{maybe}}); err != nil {
		t.Fatal(err)
	}
	f := begin(t, s, st)
	for _, want := range []core.State{core.StateUnknown, core.StateCancelled} {
		if err := f.Cancel(context.Background(), "a"); err != nil {
			t.Fatal(err)
		}
		if got := f.get("a"); got.State != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// What was queued for one server is not sent to another. About what the first
// server may have the user decides; the rest waits and shows why.
func TestProfileMoved(t *testing.T) {
	st, s := newMemory(), newServer()
	maybe, plain := left("maybe", core.StateSent, 10), left("plain", core.StateQueued, 10)
	if err := st.Commit(context.Background(), core.Batch{Put: []core.Transfer{maybe, plain}}); err != nil {
		t.Fatal(err)
	}
	s.url = elsewhere
	f := begin(t, s, st)
	f.awaitState(core.StateUnknown, "maybe")
	f.awaitState(core.StateWaiting, "plain")
	if got := f.get("plain"); got.Server != testServer || got.Error == nil || got.Error.Code != core.CodeOtherServer {
		t.Errorf("%+v", got)
	}
	if s.total() != 0 {
		t.Error("the other server was sent something")
	}
}

// When the program ends, nothing is left under way and nothing is forgotten.
func TestShutdown(t *testing.T) {
	for name, tt := range map[string]struct {
		outcome core.Outcome
		maybe   bool
	}{
		"cut off":  {core.OutcomeCutOff, false},
		"all sent": {core.OutcomeUnknown, true},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "queue.db")
			st := openStore(t, path)
			s := newServer()
			s.script = hang(tt.outcome)
			s.askErr = context.Canceled
			f := begin(t, s, st)
			ids := f.submit(sources(50, 10)...)
			f.await("uploads", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.total() == smallStreams })
			if err := f.stop(); err != nil {
				t.Fatal(err)
			}
			list, err := st.Unfinished(context.Background())
			if err != nil || len(list) != len(ids) {
				t.Fatalf("%d left, %v", len(list), err)
			}
			maybe := 0
			for _, tr := range list {
				if tr.State != core.StateQueued && tr.State != core.StateWaiting {
					t.Errorf("%+v", tr)
				}
				if maybeStored(tr) {
					maybe++
				}
			}
			if want := map[bool]int{true: smallStreams}[tt.maybe]; maybe != want {
				t.Errorf("%d may be stored, want %d", maybe, want)
			}
			s.with(func(s *server) { s.script, s.askErr = nil, nil })
			f = begin(t, s, st)
			f.awaitState(core.StateStored, ids...)
			for _, id := range ids {
				if s.committed(id) != 1 {
					t.Errorf("stored %d times", s.committed(id))
				}
			}
		})
	}
}

// A file that changes is examined again before each further attempt: fault 40.
func TestFileChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		path := filepath.Join(t.TempDir(), "a")
		write := func(text string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Error(err)
			}
		}
		write("one")
		s.script = func(_ context.Context, _ *server, tr core.Transfer, _ int, _ core.Progress) (bool, error) {
			facts, err := os.Lstat(tr.Source.Path)
			if err != nil {
				return false, failure(core.KindFile, core.CodeFileMissing, core.OutcomeNotProcessed)
			}
			if facts.Size() != tr.Source.Size || !facts.ModTime().Equal(tr.Source.ModTime) {
				return false, failure(core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
			}
			return true, nil
		}
		st := newMemory()
		f := begin(t, s, st)
		scan, err := f.Scan(t.Context(), []string{path}, nil)
		if err != nil {
			t.Fatal(err)
		}
		write("changed")
		id := f.submit(scan.Sources...)[0]
		f.awaitState(core.StateStored, id)
		got := f.get(id)
		if got.Source.Size != 7 || got.Attempts != 2 || s.sources[id].Size != 7 || got.Source.FileID != scan.Sources[0].FileID {
			t.Errorf("%+v", got)
		}
		for _, v := range st.versions[id] {
			if v.State == core.StateStored && v.Source.Size != 7 {
				t.Errorf("%+v", v)
			}
		}

		f.patience = 10 * time.Minute
		gone, begun := f.submit(source("gone", 1))[0], time.Now()
		f.awaitState(core.StateFailed, gone) // an editor may have been saving it
		if took := time.Since(begun); took < 5*time.Minute || took > 6*time.Minute || s.attempts(gone) > 30 {
			t.Errorf("given up after %v and %d attempts", took, s.attempts(gone))
		}
		_ = f.stop()
	})
}

func TestFileThatNeverRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.script = fail(repeat(failure(core.KindFile, core.CodeFileChanged, core.OutcomeCutOff), 9)...)
		f := begin(t, s, newMemory())
		id := f.submit(source("a", 1))[0]
		f.awaitState(core.StateFailed, id)
		if got := f.get(id); got.Attempts != 4 || got.Error.Code != core.CodeFileChanged {
			t.Errorf("%+v", got)
		}
		_ = f.stop()
	})
}

// A large file's last bytes are sent only once it is durable that they will be.
func TestFinishing(t *testing.T) {
	s, st := newServer(), newMemory()
	s.script = func(ctx context.Context, _ *server, tr core.Transfer, _ int, p core.Progress) (bool, error) {
		if err := p.Finishing(ctx); err != nil {
			return false, err
		}
		st.with(func(m *memory) {
			if m.rows[tr.ID].State != core.StateSent {
				t.Errorf("it is %s", m.rows[tr.ID].State)
			}
		})
		return true, nil
	}
	f := begin(t, s, st)
	f.awaitState(core.StateStored, f.submit(source("a", 2<<20))...)
}
