package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// What the user takes as arrived is no reason to skip or delete anything: scripts
// don't find it among what was stored, and a call that names the file sends it.
func TestTakenAsArrived(t *testing.T) {
	t.Parallel()
	d := &deafened{}
	d.lose.Store(1)
	d.closed.Store(true)
	s := newServer(t, sandbox.Config{Generation: 1, Wrap: d.wrap})
	home, path := t.TempDir(), filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, code := s.upload(t, home, path); code != exitIncomplete {
		t.Fatalf("exit code %d", code)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := s.command(home, args...).Output()
		if err != nil {
			t.Errorf("%q: %v", args, err)
		}
		return string(out)
	}
	if said := run("queue", "take-as-arrived", "--state", "unknown"); said != "1 transfer taken as arrived\n" {
		t.Errorf("it says %q", said)
	}
	for _, args := range [][]string{{"history", "--json"}, {"history", "--csv", "--search", "a"}, {"history", "--taken", "--sha256sums"}} {
		if out := run(args...); strings.Contains(out, path) {
			t.Errorf("%q: %s", args, out)
		}
	}
	var row report.HistoryRow
	if err := json.Unmarshal([]byte(run("history", "--taken", "--json")), &row); err != nil || row.State != core.StateTaken || row.TakenAt.IsZero() || row.SHA256 != "" || row.Path != path {
		t.Errorf("the history has %+v, %v", row, err)
	}
	if out := run("history", "--taken"); !strings.Contains(out, "taken as arrived, not verified") {
		t.Errorf("it is listed as %s", out)
	}
	lines, code := s.upload(t, home, path)
	if code != exitOK || len(lines) != 1 || lines[0].State != core.StateStored || lines[0].Skipped || len(s.files(t)) != 2 {
		t.Errorf("exit code %d, %+v; the server has %d files", code, lines, len(s.files(t)))
	}
}
