package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The history is read while another process owns the queue, with what that commits.
func TestReaderBesideOwner(t *testing.T) {
	owner := openTest(t)
	r, err := OpenReader(owner.path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for n := range 3 {
		commitChunks(t, owner, stored(coretest.Archive(n)), 10)
		rows, err := r.History(t.Context(), core.HistoryQuery{})
		if err != nil || len(rows) != n {
			t.Errorf("%d rows (%v), want %d", len(rows), err, n)
		}
	}
}

// Without a database the history is empty, and none is made.
func TestReaderWithoutDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	r, err := OpenReader(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := r.History(t.Context(), core.HistoryQuery{})
	if err != nil || len(rows) != 0 || r.Close() != nil {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made a database")
	}
}

// A damaged file gives an error and stays where it is, as its owner may be using it.
func TestReaderDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	if err := os.WriteFile(path, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenReader(path, nil); core.CodeOf(err) != core.CodeStoreFailed {
		t.Errorf("error %v, want %s", err, core.CodeStoreFailed)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "not a database" {
		t.Errorf("the file is now %q (%v)", data, err)
	}
}
