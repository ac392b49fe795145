package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/spool"
)

// spooled returns an engine that can copy files of unknown length, and the folder
// of the copies.
func spooled(t *testing.T, st Store) (*fixture, string) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := newServer().with(func(s *server) { s.reads = true })
	return begin(t, s, st, func(c *Config) { c.Spooler = spool.Open(dir) }), dir
}

// awaitCopies waits until that many copies are left.
func awaitCopies(t *testing.T, f *fixture, dir string, want int) {
	t.Helper()
	must(t, f.do(context.Background(), "look", func(*tx) error { return nil })) // the last transaction is over
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	if len(found) != want {
		t.Errorf("%d copies are left, want %d", len(found), want)
	}
}

// A file's directory entry says that it is empty, or longer than it is: stored is
// what cat prints. The next call recognises it by its content.
func TestUnknownLength(t *testing.T) {
	st := openStore(t, "")
	f, dir := spooled(t, st)
	paths := []string{"/proc/version", "/sys/devices/system/cpu/online"}
	s, err := f.Submit(t.Context(), scan(t, paths...).Sources, options())
	must(t, err)
	f.awaitState(core.StateStored, s.Queued...)
	for i, id := range s.Queued {
		want, err := os.ReadFile(paths[i])
		must(t, err)
		got := f.get(id)
		if f.server.contents[id] != string(want) || got.Source.Size != int64(len(want)) || got.Attempts != 1 {
			t.Errorf("%s: %q is stored, %+v", paths[i], f.server.contents[id], got)
		}
	}
	awaitCopies(t, f, dir, 0)
	again, err := f.Submit(t.Context(), scan(t, paths...).Sources, options())
	must(t, err)
	if len(again.Stored) != 2 || len(again.Queued) != 0 {
		t.Errorf("again: %+v", again)
	}
	must(t, f.stop())
	f, _ = spooled(t, st) // also from the history
	again, err = f.Submit(t.Context(), scan(t, paths...).Sources, options())
	must(t, err)
	if len(again.Stored) != 2 || len(again.Queued) != 0 {
		t.Errorf("after a restart: %+v", again)
	}
}

// A transfer sends the same bytes on every attempt, even after a restart, although
// the file gives others each time. Copies that no transfer needs are deleted.
func TestCopyIsTheFile(t *testing.T) {
	st := openStore(t, "")
	f, dir := spooled(t, st)
	lost := failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	sent, proceed := make(chan string, 10), make(chan struct{})
	script := func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
		s.with(func(s *server) { sent <- s.contents[tr.ID] })
		switch n {
		case 1:
		case 2: // the first attempt with a copy
			return true, lost
		default:
			select {
			case <-proceed:
			case <-ctx.Done():
				return false, ctx.Err()
			}
		}
		return whole(ctx, s, tr, n, p)
	}
	f.server.with(func(s *server) { s.script = script })
	s, err := f.Submit(t.Context(), scan(t, "/proc/uptime").Sources, options())
	must(t, err)
	first := <-sent
	f.awaitState(core.StateWaiting, s.Queued...)
	must(t, f.stop())
	orphan := filepath.Join(dir, "orphan")
	must(t, os.WriteFile(orphan, nil, 0o600))
	f = begin(t, f.server, st, func(c *Config) { c.Spooler = spool.Open(dir) })
	awaitCopies(t, f, dir, 1)
	already, err := f.Submit(t.Context(), scan(t, "/proc/uptime").Sources, options())
	must(t, err)
	if len(already.Already) != 1 || len(already.Queued) != 0 { // it is on its way
		t.Errorf("again: %+v", already)
	}
	close(proceed)
	must(t, f.Retry(t.Context(), s.Queued...)) // does nothing if it is tried again already
	f.awaitState(core.StateStored, s.Queued...)
	if second := <-sent; first == "" || second != first {
		t.Errorf("%q, then %q", first, second)
	}
	awaitCopies(t, f, dir, 0)
}

// A copy that is missing or incomplete is made again.
func TestCopyIsGone(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"gone": os.Remove, "cut": func(path string) error { return os.Truncate(path, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			f, dir := spooled(t, newMemory())
			f.server.with(func(s *server) {
				s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
					if n == 2 { // the first attempt with a copy
						must(t, spoil(tr.Source.Copy))
						return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
					}
					return whole(ctx, s, tr, n, p)
				}
			})
			s, err := f.Submit(t.Context(), scan(t, "/proc/version").Sources, options())
			must(t, err)
			f.awaitState(core.StateStored, s.Queued...)
			want, err := os.ReadFile("/proc/version")
			must(t, err)
			if got := f.server.contents[s.Queued[0]]; got != string(want) {
				t.Errorf("%q is stored", got)
			}
			awaitCopies(t, f, dir, 0)
		})
	}
}

// A transfer that is cancelled or removed leaves no copy, and can still be sent
// when it is wanted again.
func TestCopyOfWhatIsNotWanted(t *testing.T) {
	f, dir := spooled(t, newMemory())
	f.server.with(func(s *server) {
		s.script = fail(repeat(failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff), 2)...)
	})
	s, err := f.Submit(t.Context(), scan(t, "/proc/version", "/proc/self/limits").Sources, options())
	must(t, err)
	f.awaitState(core.StateWaiting, s.Queued...)
	awaitCopies(t, f, dir, 2)
	must(t, f.Cancel(t.Context(), s.Queued[0]), f.Remove(t.Context(), s.Queued[1]))
	awaitCopies(t, f, dir, 0)
	must(t, f.Retry(t.Context(), s.Queued[0]))
	f.awaitState(core.StateStored, s.Queued[0])
	awaitCopies(t, f, dir, 0)
}

// If no copy can be made, the file is refused before anything is sent.
func TestUnknownLengthIsRefused(t *testing.T) {
	full := spool.Open("/proc/no such folder")
	for name, spooler := range map[string]Spooler{"nobody copies": nil, "no place": full} {
		s := newServer().with(func(s *server) { s.reads = true })
		f := begin(t, s, newMemory(), func(c *Config) { c.Spooler = spooler })
		sub, err := f.Submit(t.Context(), scan(t, "/proc/version").Sources, options())
		must(t, err)
		f.awaitState(core.StateFailed, sub.Queued...)
		got := f.get(sub.Queued[0])
		if got.Error.Code != core.CodeFileLength || got.Attempts != 1 || s.committed(got.ID) != 0 {
			t.Errorf("%s: %+v, %d commits", name, got.Error, s.committed(got.ID))
		}
	}
}

// A file that grows each time it is read is refused as changed, however often it
// is tried; an empty one is stored as it is. Neither is copied.
func TestGrowingAndEmpty(t *testing.T) {
	f, dir := spooled(t, newMemory())
	box := tree(t, "grows")
	grows, empty := filepath.Join(box, "grows"), filepath.Join(box, "empty")
	must(t, os.WriteFile(empty, nil, 0o600))
	f.server.with(func(s *server) {
		s.onOpen = func(tr core.Transfer) {
			if tr.Source.Path == grows {
				file, err := os.OpenFile(grows, os.O_APPEND|os.O_WRONLY, 0)
				must(t, err)
				_, err = file.WriteString("more")
				must(t, err, file.Close())
			}
		}
	})
	s, err := f.Submit(t.Context(), scan(t, grows, empty).Sources, options())
	must(t, err)
	f.awaitState(core.StateStored, s.Queued[1])
	for range 4 {
		f.awaitState(core.StateWaiting, s.Queued[0])
		must(t, f.Retry(t.Context(), s.Queued[0]))
	}
	f.awaitState(core.StateWaiting, s.Queued[0])
	if got := f.get(s.Queued[0]); f.server.committed(got.ID) != 0 || got.Error == nil || got.Error.Code != core.CodeFileChanged || got.Source.Copy != "" {
		t.Errorf("%+v, %d commits", got, f.server.committed(got.ID))
	}
	if got, ok := f.server.contents[s.Queued[1]]; !ok || got != "" || f.get(s.Queued[1]).Source.Copy != "" {
		t.Errorf("of the empty file %q is stored", got)
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Error("a copy was made")
	}
}
