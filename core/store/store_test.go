package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

// TestMain is also the main function of the process that TestKill kills.
func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if err := child(path, os.Getenv(childEnv+"_ROUND")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func openTest(tb testing.TB) *Store {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "state", "queue.db"))
}

func openAt(tb testing.TB, path string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// reopen closes s and opens its file again.
func reopen(t *testing.T, s *Store) *Store {
	t.Helper()
	must(t, s.Close())
	s = openAt(t, s.path)
	if s.recovered != "" {
		t.Fatalf("taken for damaged: %s", s.recovered)
	}
	return s
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func commit(t *testing.T, s *Store, b core.Batch) {
	t.Helper()
	must(t, s.Commit(t.Context(), b))
}

// wantCode checks that err is a *core.Error with the code.
func wantCode(t *testing.T, err error, code core.Code) {
	t.Helper()
	if got := core.CodeOf(err); got != code {
		t.Fatalf("got %q, want %q: %v", got, code, err)
	}
	if core.AsError(err).Op == "" || core.AsError(err).Message == "" {
		t.Errorf("says too little: %v", err)
	}
}

// unfinished returns the IDs of what is listed and not stored, in order.
func unfinished(t *testing.T, s *Store) []core.TransferID {
	t.Helper()
	list, err := s.Unfinished(t.Context())
	must(t, err)
	return ids(list)
}

func ids(list []core.Transfer) []core.TransferID {
	out := []core.TransferID{}
	for _, t := range list {
		out = append(out, t.ID)
	}
	return out
}

func diff(t *testing.T, want, got any, opts ...cmp.Option) {
	t.Helper()
	if d := cmp.Diff(want, got, opts...); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

// whole checks that SQLite finds nothing wrong with the file.
func whole(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	must(t, s.writer.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict))
	if verdict != "ok" {
		t.Fatalf("damaged: %s", verdict)
	}
	var orphans int
	must(t, s.writer.QueryRowContext(t.Context(), "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans))
	if orphans > 0 {
		t.Errorf("%d attempts without a transfer", orphans)
	}
}

var epoch = time.Date(2026, 3, 1, 9, 0, 0, 123456789, time.UTC)

// queued returns a queued transfer.
func queued(id core.TransferID, seq int64) core.Transfer {
	name := fmt.Sprintf("box/scan %s.tiff", id)
	return core.Transfer{
		ID: id, Seq: seq, State: core.StateQueued, Server: "https://ingester.example:8020", QueuedAt: epoch.Add(time.Duration(seq) * time.Second),
		Source:  core.Source{Path: "/home/anna/" + name, Name: name, Size: 4096 + seq, ModTime: epoch, FileID: "2049:17"},
		Options: core.Options{Profile: "Prod", Retention: core.RetentionTemporary, TTLDays: 30, Tags: []string{"archive", "läuft"}},
	}
}

// done returns t as a stored transfer.
func done(t core.Transfer) core.Transfer { return stored([]core.Transfer{t})[0] }
