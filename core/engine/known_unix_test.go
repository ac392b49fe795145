//go:build unix

package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/store"
)

// archive is a folder whose files are sent to a server that records what it got.
type archive struct {
	*fixture
	t   *testing.T
	dir string
	st  *store.Store
}

func newArchive(t *testing.T, files ...string) *archive {
	a := &archive{t: t, dir: tree(t, files...), st: openStore(t, "")}
	a.fixture = begin(t, newServer().with(func(s *server) { s.reads = true }), a.st)
	return a
}

func (a *archive) path(name string) string { return filepath.Join(a.dir, name) }

// again submits what is in the folder now.
func (a *archive) again() core.Submission {
	a.t.Helper()
	s, err := a.Submit(context.Background(), scan(a.t, a.dir).Sources, options())
	must(a.t, err)
	a.awaitState(core.StateStored, s.Queued...)
	return s
}

// change calls do with a file until the file's change time shows it, and restores
// its modification time.
func (a *archive) change(name string, do func(path string) error) {
	a.t.Helper()
	before := scan(a.t, a.path(name)).Sources[0]
	for {
		must(a.t, do(a.path(name)), os.Chtimes(a.path(name), before.ModTime, before.ModTime))
		after := scan(a.t, a.path(name)).Sources[0]
		if after.Size != before.Size || !after.ModTime.Equal(before.ModTime) {
			a.t.Fatalf("%+v became %+v", before, after)
		}
		if !after.Changed.Equal(before.Changed) {
			return
		}
	}
}

func overwrite(text string) func(string) error {
	return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
}

// want checks how many of the folder's files were stored before, and how many are
// sent.
func (a *archive) want(s core.Submission, stored, queued int) {
	a.t.Helper()
	if len(s.Stored) != stored || len(s.Queued) != queued || len(s.Already) != 0 {
		a.t.Errorf("%d stored before, %d queued, %d in the queue; want %d and %d", len(s.Stored), len(s.Queued), len(s.Already), stored, queued)
	}
}

// A file with new content is a new file, even with the same size and time.
func TestKnownTooSoon(t *testing.T) {
	for name, do := range map[string]func(path string) error{
		"written over": overwrite("B"),
		"replaced": func(path string) error {
			must(t, overwrite("B")(path+"~"))
			return os.Rename(path+"~", path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t, "A", "x")
			a.want(a.again(), 0, 2)
			a.change("A", do)
			s := a.again()
			a.want(s, 1, 1)
			sum, err := content.Sum(t.Context(), scan(t, a.path("A")).Sources[0])
			must(t, err)
			if got := a.get(s.Queued[0]); got.Receipt.SHA256 != sum {
				t.Errorf("stored %s, the file is %s", got.Receipt.SHA256, sum)
			}
			a.want(a.again(), 2, 0)
			a.change("A", overwrite("A")) // the old content again: the first transfer counts for it
			a.want(a.again(), 2, 0)
		})
	}
}

// A file of which only the directory entry or the mount changed is the same file.
// Once that is known, it is not read again.
func TestKnownByContent(t *testing.T) {
	for name, do := range map[string]func(path string) error{
		"other mode": func(path string) error {
			must(t, os.Chmod(path, 0o640))
			return os.Chmod(path, 0o600)
		},
		"away and back": func(path string) error {
			must(t, os.Rename(path, path+"~"))
			return os.Rename(path+"~", path)
		},
		"a copy": func(path string) error {
			must(t, overwrite("A")(path+"~"))
			return os.Rename(path+"~", path)
		},
		"a hard link more": func(path string) error {
			must(t, os.Link(path, path+"~"))
			return os.Remove(path + "~")
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t, "A")
			a.want(a.again(), 0, 1)
			a.change("A", do)
			a.want(a.again(), 1, 0)
			found := scan(t, a.dir).Sources
			must(t, os.Remove(a.path("A"))) // now it can't be read
			s, err := a.Submit(t.Context(), found, options())
			must(t, err)
			a.want(s, 1, 0)
			kept, err := a.st.History(t.Context(), core.HistoryQuery{})
			must(t, err)
			if len(kept) != 1 || !content.Same(kept[0].Source, found[0]) {
				t.Errorf("kept %+v, found %+v", kept, found)
			}
		})
	}
}

// Rows of an older version don't have the change time, and a mount may come back
// with other numbers. The content is read once, and nothing is sent twice.
func TestKnownOfOlderVersions(t *testing.T) {
	a := newArchive(t, "A", "B")
	a.want(a.again(), 0, 2)
	must(t, a.stop())
	rows, err := a.st.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	for i := range rows {
		rows[i].Source.Changed, rows[i].Source.FileID = time.Time{}, []string{"", "99:99"}[i]
	}
	must(t, a.st.Commit(t.Context(), core.Batch{Put: rows}))
	a.fixture = begin(t, a.server, a.st)
	a.want(a.again(), 2, 0)
	found := scan(t, a.dir).Sources
	must(t, os.RemoveAll(a.dir))
	s, err := a.Submit(t.Context(), found, options())
	must(t, err)
	a.want(s, 2, 0)
}

// A file that can't be read is not recognised; its upload says why.
func TestKnownButUnreadable(t *testing.T) {
	a := newArchive(t, "A")
	a.want(a.again(), 0, 1)
	a.change("A", overwrite("B"))
	found := scan(t, a.dir).Sources
	must(t, os.Remove(a.path("A")))
	s, err := a.Submit(t.Context(), found, options())
	must(t, err)
	a.want(s, 0, 1)
}

// Reading stops when the call is cancelled.
func TestKnownIsCancelled(t *testing.T) {
	a := newArchive(t, "A")
	a.want(a.again(), 0, 1)
	a.change("A", overwrite("A"))
	ctx, cancel := context.WithCancel(t.Context())
	s := submission{e: a.Engine, endpoint: Endpoint{Destination: here}, options: options(), seen: map[string]struct{}{}}
	known, err := s.known(ctx, scan(t, a.dir).Sources)
	must(t, err)
	cancel()
	if got := s.stand(ctx, scan(t, a.dir).Sources[0], known[a.path("A")].stored); got != nil {
		t.Errorf("%+v stands for it", got)
	}
	if _, err := a.Submit(ctx, scan(t, a.dir).Sources, options()); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
}
