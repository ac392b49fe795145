package sandbox

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// threeFiles is a folder with three stored files.
type threeFiles struct {
	dir   string
	files []File
}

// path is the path of a content, or with a suffix of a file beside it.
func (f threeFiles) path(n int, suffix string) string {
	return filepath.Join(f.dir, "files", f.files[n].ID+suffix)
}

// index is the path of the index with this name.
func (f threeFiles) index(name string) string { return filepath.Join(f.dir, name) }

// change runs a statement on the index, which no server has open.
func (f threeFiles) change(t *testing.T, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", f.index(indexName))
	if err == nil {
		_, err = db.ExecContext(t.Context(), statement, args...)
	}
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// damage is a way to damage a folder, and what the next start has to make of it.
type damage struct {
	name string
	do   func(t *testing.T, f threeFiles)
	keys string // of the files that are stored afterwards, in order
	log  string
	rest int // names that belong to no stored file
}

// However a crash, an editor or the disk has damaged the folder, the stored files are
// found again, and none is incomplete.
func TestRecovery(t *testing.T) {
	forget := func(t *testing.T, f threeFiles, n int) {
		f.change(t, "DELETE FROM files WHERE key = ?", f.files[n].Key)
	}
	cases := []damage{
		{"nothing", func(*testing.T, threeFiles) {}, "1 2 3", "", 0},
		{"part files", func(t *testing.T, f threeFiles) {
			edit(t, f.path(0, "x"+partSuffix), func([]byte) []byte { return []byte("half") })
		}, "1 2 3", "", 0},
		{"index lost", func(t *testing.T, f threeFiles) { remove(t, f.index(indexName)) }, "1 2 3", "back in it", 0},
		{"only its log is left", func(t *testing.T, f threeFiles) {
			v, _ := openTestVault(t, f.dir)
			if _, err := v.put("4", []byte("four")); err != nil {
				t.Fatal(err)
			}
			log, err := os.ReadFile(f.index(indexName + "-wal"))
			if err != nil || len(log) == 0 || v.close() != nil {
				t.Fatalf("the log has %d bytes (%v)", len(log), err)
			}
			remove(t, f.index(indexName))
			edit(t, f.index(indexName+"-wal"), func([]byte) []byte { return log })
		}, "1 2 3 4", "back in it", 0},
		{"its log is lost", func(t *testing.T, f threeFiles) {
			v, _ := openTestVault(t, f.dir)
			if _, err := v.put("4", []byte("four")); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(f.index(indexName))
			if err != nil || v.close() != nil {
				t.Fatal(err)
			}
			edit(t, f.index(indexName), func([]byte) []byte { return before })
		}, "1 2 3 4", "back in it", 0},
		{"index emptied", func(t *testing.T, f threeFiles) {
			edit(t, f.index(indexName), func([]byte) []byte { return nil })
		}, "1 2 3", "back in it", 0},
		{"index cut", func(t *testing.T, f threeFiles) {
			edit(t, f.index(indexName), func(d []byte) []byte { return d[:len(d)-100] })
		}, "1 2 3", "is damaged", 0},
		{"index overwritten", func(t *testing.T, f threeFiles) {
			edit(t, f.index(indexName), func(d []byte) []byte { return append([]byte("a text"), d[6:]...) })
		}, "1 2 3", "is damaged", 0},
		{"another database", func(t *testing.T, f threeFiles) { f.change(t, "PRAGMA application_id = 1") }, "1 2 3", "another database", 0},
		{"tables changed", func(t *testing.T, f threeFiles) { f.change(t, "ALTER TABLE files DROP COLUMN description") }, "1 2 3", "is damaged", 0},
		{"row damaged", func(t *testing.T, f threeFiles) {
			f.change(t, "UPDATE files SET description = substr(description, 2) WHERE key = '1'")
		}, "1 2 3", "is damaged", 0},
		{"row with another ID", func(t *testing.T, f threeFiles) {
			f.change(t, "UPDATE files SET id = '../../etc/passwd' WHERE key = '1'")
		}, "2 3 1", "that of another file", 0},
		{"row with another key", func(t *testing.T, f threeFiles) {
			f.change(t, "UPDATE files SET key = '4' WHERE key = '1'")
		}, "1 2 3", "that of another file", 0},
		{"row lost", func(t *testing.T, f threeFiles) { forget(t, f, 0) }, "2 3 1", "back in it", 0},
		{"description lost", func(t *testing.T, f threeFiles) { remove(t, f.path(1, ".json")) }, "1 2 3", "", 0},
		{"description empty", func(t *testing.T, f threeFiles) {
			edit(t, f.path(1, ".json"), func([]byte) []byte { return nil })
		}, "1 2 3", "", 0},
		{"content removed", func(t *testing.T, f threeFiles) { remove(t, f.path(1, "")) }, "1 3", "is gone", 0},
		{"content that nothing describes", func(t *testing.T, f threeFiles) {
			forget(t, f, 2)
			edit(t, f.path(2, ".json"), func(d []byte) []byte { return d[:20] })
		}, "1 2", "left alone", 2},
		{"content of another size", func(t *testing.T, f threeFiles) {
			forget(t, f, 2)
			edit(t, f.path(2, ""), func(d []byte) []byte { return d[:1] })
		}, "1 2", "left alone", 2},
		{"description of another file", func(t *testing.T, f threeFiles) {
			forget(t, f, 2)
			edit(t, f.path(2, ".json"), func([]byte) []byte { d, _ := f.files[0].line(); return d })
		}, "1 2", "another file", 2},
		{"foreign files", func(t *testing.T, f threeFiles) {
			edit(t, filepath.Join(f.dir, "files", "notes.json"), func([]byte) []byte { return []byte("{}") })
			if err := os.Mkdir(filepath.Join(f.dir, "files", "folder"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "1 2 3", "", 2},
	}
	recoverAll(t, fill, cases)
}

// recoverAll damages folders that fill has made, and opens them.
func recoverAll(t *testing.T, fill func(testing.TB, string) []File, cases []damage) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := threeFiles{dir: t.TempDir()}
			f.files = fill(t, f.dir)
			c.do(t, f)
			checkRecovered(t, f.dir, c.keys, c.log, c.rest)
			checkRecovered(t, f.dir, c.keys, "", c.rest) // the next start changes nothing
		})
	}
}

// checkKeys checks that each file is found by its key.
func checkKeys(t *testing.T, v *vault, files []File) {
	t.Helper()
	for _, f := range files {
		if known, err := v.claim(t.Context(), f.Key); err != nil || known == nil || known.ID != f.ID {
			t.Errorf("the key %s gives %v (%v)", f.Key, known, err)
		}
	}
}

// checkRecovered opens a folder and checks which files are stored, by their keys.
func checkRecovered(t *testing.T, dir, wantKeys, wantLog string, wantRest int) {
	t.Helper()
	v, log := openTestVault(t, dir)
	defer func() { _ = v.close() }()
	files, err := v.files(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	checkKeys(t, v, files)
	var keys []string
	for _, f := range files {
		keys = append(keys, f.Key)
		line, _ := f.line()
		if data, err := os.ReadFile(v.describing(f.ID)); err != nil || !bytes.Equal(data, line) {
			t.Errorf("the description of %s is %q (%v)", f.Key, data, err)
		}
	}
	if got := strings.Join(keys, " "); got != wantKeys {
		t.Errorf("the files are %q, want %q\n%s", got, wantKeys, log)
	}
	if !strings.Contains(log.String(), wantLog) {
		t.Errorf("the log lacks %q:\n%s", wantLog, log)
	}
	if wantLog == "" && strings.Contains(log.String(), "back in it") {
		t.Errorf("the index did not have all files:\n%s", log)
	}
	if rest := leftovers(t, dir, files); len(rest) != wantRest {
		t.Errorf("left behind: %v", rest)
	}
}
