package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// fillEarlier is fill with the index of earlier versions.
func fillEarlier(t testing.TB, dir string) []File {
	t.Helper()
	files := fill(t, dir)
	var lines []byte
	for _, f := range files {
		line, err := f.line()
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line...)
	}
	if err := os.Remove(filepath.Join(dir, indexName)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, linesName), lines, privateFile); err != nil {
		t.Fatal(err)
	}
	return files
}

// Files that an earlier version has stored are found, however a crash, an editor or
// the disk has damaged its folder.
func TestEarlierFolderIsRecovered(t *testing.T) {
	recoverAll(t, fillEarlier, []damage{
		{"nothing", func(*testing.T, threeFiles) {}, "1 2 3", "", 0},
		{"part files", func(t *testing.T, f threeFiles) {
			edit(t, f.path(0, "x"+partSuffix), func([]byte) []byte { return []byte("half") })
		}, "1 2 3", "", 0},
		{"torn last line", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte { return append(d, `{"file_id":"12`...) })
		}, "1 2 3", "", 0},
		{"last line of a stored file torn", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte { return d[:len(d)-5] })
		}, "1 2 3", "back in it", 0},
		{"zeros at the end", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte { return append(d, make([]byte, 4096)...) })
		}, "1 2 3", "", 0},
		{"damaged line", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte { d[10] = 0xff; return d })
		}, "2 3 1", "is damaged", 0},
		{"line that names no file ID", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte {
				return append(d, `{"file_id":"../../etc/passwd","sha256":"`+strings.Repeat("0", 64)+`"}`+"\n"...)
			})
		}, "1 2 3", "no UUID", 0},
		{"index lost", func(t *testing.T, f threeFiles) { remove(t, f.index(linesName)) }, "1 2 3", "back in it", 0},
		{"description lost", func(t *testing.T, f threeFiles) { remove(t, f.path(1, ".json")) }, "1 2 3", "", 0},
		{"description empty", func(t *testing.T, f threeFiles) {
			edit(t, f.path(1, ".json"), func([]byte) []byte { return nil })
		}, "1 2 3", "", 0},
		{"content removed", func(t *testing.T, f threeFiles) { remove(t, f.path(1, "")) }, "1 3", "is gone", 0},
		{"renamed, not in the index", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func(d []byte) []byte { return d[:bytes.IndexByte(d, '\n')+1] })
		}, "1 2 3", "back in it", 0},
		{"content that nothing describes", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func([]byte) []byte { return nil })
			edit(t, f.path(2, ".json"), func(d []byte) []byte { return d[:20] })
		}, "1 2", "left alone", 2},
		{"content of another size", func(t *testing.T, f threeFiles) {
			edit(t, f.index(linesName), func([]byte) []byte { return nil })
			edit(t, f.path(2, ""), func(d []byte) []byte { return d[:1] })
		}, "1 2", "left alone", 2},
		{"description of another file", func(t *testing.T, f threeFiles) {
			remove(t, f.index(linesName))
			edit(t, f.path(2, ".json"), func([]byte) []byte { d, _ := f.files[0].line(); return d })
		}, "1 2", "another file", 2},
		{"foreign files", func(t *testing.T, f threeFiles) {
			edit(t, filepath.Join(f.dir, "files", "notes.json"), func([]byte) []byte { return []byte("{}") })
			if err := os.Mkdir(filepath.Join(f.dir, "files", "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "1 2 3", "", 2},
	})
}

// A folder that an earlier version has written is taken over once: with its keys and
// its order, and with the last line of each file.
func TestEarlierFolderIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "earlier"))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		v, log := openTestVault(t, dir)
		files, err := v.files(t.Context())
		if err != nil || len(files) != 3 || log.Len() > 0 {
			t.Fatalf("found %v (%v):\n%s", files, err, log)
		}
		want := File{ID: "95656536-0cdc-40e7-8788-2554aae2fff3", Path: filepath.Join(dir, "files", "95656536-0cdc-40e7-8788-2554aae2fff3"),
			Name: "one.txt", Size: 3, SHA256: sumOf([]byte("one")), ContentType: "text/plain; charset=utf-8", Retention: core.RetentionPermanent,
			Tags: []string{"a", "ä"}, Description: "Box 14, for good", Metadata: []byte(`{"tags":["a","ä"]}`), Key: "7e806da8-0bcd-472a-9933-778d81ad4b15",
			UploadedAt: time.Date(2026, 11, 30, 20, 24, 54, 921090000, time.UTC), UploadedBy: "sa_sandbox_wyxoejxfx7bw", FinalizedAt: files[0].FinalizedAt}
		if diff := cmp.Diff(want, files[0]); diff != "" || files[0].FinalizedAt.IsZero() {
			t.Errorf("the finalised file (-want +got):\n%s", diff)
		}
		if files[1].Name != "zwei ä.txt" || files[2].Name != "three.txt" {
			t.Errorf("then come %q and %q", files[1].Name, files[2].Name)
		}
		checkKeys(t, v, files)
		if err := v.close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, linesName)); !os.IsNotExist(err) {
		t.Errorf("the earlier index is still there: %v", err)
	}
	old, err := os.ReadFile(filepath.Join("testdata", "earlier", linesName))
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, importedName)); err != nil || !bytes.Equal(kept, old) {
		t.Errorf("it was not kept as it was: %v", err)
	}
}

// More lines than one transaction takes are all taken over.
func TestLongEarlierIndexIsTakenOver(t *testing.T) {
	dir := t.TempDir()
	f := fillEarlier(t, dir)[0]
	var lines bytes.Buffer
	for n := range importBatch {
		f.Description = strconv.Itoa(n)
		line, err := f.line()
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(line)
	}
	edit(t, filepath.Join(dir, linesName), func(d []byte) []byte { return append(d, lines.Bytes()...) })
	v, log := openTestVault(t, dir)
	if files, err := v.files(t.Context()); err != nil || len(files) != 3 || files[0].Description != f.Description {
		t.Errorf("the files are %v (%v)", files, err)
	}
	if strings.Contains(log.String(), "back in it") {
		t.Errorf("not every line was taken over:\n%s", log)
	}
}
