package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/sandbox"
)

// oddNames are names that Linux allows: not UTF-8, or with characters that would break a
// line of text.
func oddNames() []string {
	return []string{"caf\xe9.txt", "caf\xe8.txt", "caf\ufffd.txt", "\xff\xfe", "\xed\xa0\x80", `back\slash`, "line\nend", `back\nslash` + "\n", "carriage\rreturn", "ends\r", "=formula", "\"quoted\",comma"}
}

// line is what scripts read of a line of JSON.
type line struct {
	Event string `json:"event"`
	Path  string `json:"path"`
	Bytes []byte `json:"path_bytes"`
}

// names are the base names of the files that lines of JSON are about, as
// scripts find them.
func names(t *testing.T, out []byte, about func(line) bool) (names []string) {
	t.Helper()
	for text := range bytes.Lines(out) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		switch {
		case !about(l):
			continue
		case l.Bytes == nil:
			names = append(names, filepath.Base(l.Path))
			continue
		case l.Path != string([]rune(string(l.Bytes))):
			t.Errorf("%q is no readable form of %q", l.Path, l.Bytes)
		}
		names = append(names, filepath.Base(string(l.Bytes)))
	}
	return names
}

// same compares names in any order.
func same(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// A path is bytes. The upload's report, the history and its exports give each name as it
// is in the file system, and different names stay different.
func TestNamesAreBytes(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	odd := oddNames()
	dir, _ := writeTree(t, len(odd), func(i int) string { return odd[i] })
	for _, name := range []string{"link\xe9", "link\xe8"} {
		if err := os.Symlink("nowhere", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	home := t.TempDir()
	upload := func() []byte {
		out, err := s.command(home, "upload", "--profile-file", s.profileFile, "--json", "--skip-ok", dir).Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	out := upload()
	if got := names(t, out, func(l line) bool { return l.Event == "transfer" }); !same(got, odd) {
		t.Errorf("the report names %q, want %q", got, odd)
	}
	if got := names(t, out, func(l line) bool { return l.Event == "skipped" }); !same(got, []string{"link\xe9", "link\xe8"}) {
		t.Errorf("left out is %q", got)
	}
	if files, err := s.Files(t.Context()); err != nil || len(files) != len(odd) {
		t.Errorf("the server has %d files (%v), want %d", len(files), err, len(odd))
	}
	if out := upload(); bytes.Count(out, []byte(`"skipped":true`)) != len(odd) {
		t.Errorf("the second time:\n%s", out)
	}
	history := func(form string) []byte {
		out, err := s.command(home, "history", form).Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := names(t, history("--json"), func(line) bool { return true }); !same(got, odd) {
		t.Errorf("the history names %q, want %q", got, odd)
	}
	rows, err := csv.NewReader(bytes.NewReader(history("--csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var inCSV []string
	for _, row := range rows[1:] {
		inCSV = append(inCSV, filepath.Base(row[1]))
	}
	if !same(inCSV, odd) {
		t.Errorf("the CSV names %q, want %q", inCSV, odd)
	}
	check := exec.Command("sha256sum", "--check", "--strict")
	check.Stdin = bytes.NewReader(history("--sha256sums"))
	if out, err := check.CombinedOutput(); err != nil || bytes.Count(out, []byte(": OK\n")) != len(odd) {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
	if text := string(history("--limit=0")); !strings.Contains(text, `caf\xe9.txt`) || !strings.Contains(text, `caf\xe8.txt`) || !strings.Contains(text, "caf\ufffd.txt") {
		t.Errorf("people can't tell the names apart:\n%s", text)
	}
}
