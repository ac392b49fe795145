//go:build !headless

package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestDropOnWindow drops files on the real window from another program and
// finds them on the embedded server byte for byte.
//
// I3: the whole way, by the window.
func TestDropOnWindow(t *testing.T) {
	t.Parallel()
	p := newPerson(t, "")
	contents := map[string][]byte{
		"Договор поставки № 118.docx": []byte("Договор\n"),
		"empty.txt": {},
		"scan.tif":  noise(50 << 20),
	}
	p.open("--sandbox")
	p.see("window-empty", "Drop files or folders here", "Connected", "No files yet")
	p.drop(writeFiles(t, contents)...)
	stored := p.awaitStored(len(contents))
	for name, content := range contents {
		row, ok := stored[name]
		if !ok {
			t.Errorf("%s is not in the history: %v", name, stored)
			continue
		}
		got, err := os.ReadFile(contentFile(t, p.sandbox(), row.FileID))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s on the server is not what was dropped: %d of %d bytes, %v", name, len(got), len(content), err)
		}
	}
	p.see("transfers-light", append(slices.Collect(maps.Keys(contents)), "3 of 3 files", "all stored")...)
	for _, view := range []struct {
		keys, name, words string
		look              func(name string, words ...string)
	}{
		{"ctrl+2", "history-light", "Search the history…", p.see},
		{"ctrl+3", "metrics-light", "Throughput", p.glance},
		{"ctrl+4", "log-light", "Search the log…", p.see},
		{"ctrl+comma", "settings-light", "Settings — Sandbox", p.see},
	} {
		p.keys(view.keys)
		view.look(view.name, view.words)
	}
}

// storedLine is one line of `ingester history --json`.
type storedLine struct {
	Name   string        `json:"name"`
	FileID string        `json:"file_id"`
	SHA256 core.Checksum `json:"sha256"`
}

// history runs a history command and returns its rows by name.
func history(t *testing.T, cmd *exec.Cmd) map[string]storedLine {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		return nil // the program may still be making its folders
	}
	rows := map[string]storedLine{}
	for line := range strings.Lines(string(out)) {
		var row storedLine
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatalf("history line %q: %v", line, err)
		}
		rows[row.Name] = row
	}
	return rows
}

// contentFile finds the content that a sandbox keeps under dir for a file ID.
func contentFile(t *testing.T, dir, fileID string) string {
	t.Helper()
	var found string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.Contains(e.Name(), fileID) && filepath.Ext(path) != ".json" {
			found = path
		}
		return err
	})
	if err != nil || found == "" {
		t.Fatalf("no content for file ID %s below %s (%v)", fileID, dir, err)
	}
	return found
}

// noise returns n bytes that don't compress, the same every time.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// writeFiles writes files into one new folder and returns their paths.
func writeFiles(t *testing.T, contents map[string][]byte) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for name, content := range contents {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// buildProgram builds the real program with its window.
func buildProgram(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "ingester")
	cmd := exec.Command("go", "build", "-tags", "migrated_fynedo", "-o", binary, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return binary
}
