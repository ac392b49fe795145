package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// filled returns the path of a closed database with queued and stored
// transfers.
func filled(t *testing.T) string {
	t.Helper()
	s := openTest(t)
	list := coretest.Archive(300)
	commit(t, s, core.Batch{Put: append(list[:200:200], stored(list[200:])...)})
	must(t, s.Close())
	return s.path
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	return data
}

// files returns the names beside path, sorted.
func files(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// foreign makes a database of another program.
func foreign(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE letters (x); INSERT INTO letters VALUES ('dear')")
	must(t, err)
	must(t, db.Close())
}

// TestDamaged is case 49: whatever is wrong with the file, it is kept under another name, a new one is
// made with what is left, and works. The recovery is reported until it is acknowledged, and the next
// start is an ordinary one.
func TestDamaged(t *testing.T) {
	random := make([]byte, 50_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random)
	complete := map[string]bool{"schema gone": true} // all of the 200 queued ones are saved, and of the 100 stored
	partly := map[string]bool{"half": true, "pages of noise": true}
	for name, damage := range map[string]func(t *testing.T, path string){
		"zero length":   func(t *testing.T, path string) { must(t, os.Truncate(path, 0)) },
		"one byte":      func(t *testing.T, path string) { must(t, os.Truncate(path, 1)) },
		"half a header": func(t *testing.T, path string) { must(t, os.Truncate(path, 50)) },
		"header only":   func(t *testing.T, path string) { must(t, os.Truncate(path, 100)) },
		"cut in a page": func(t *testing.T, path string) { must(t, os.Truncate(path, 5000)) },
		"half":          func(t *testing.T, path string) { must(t, os.Truncate(path, int64(len(readFile(t, path))/8192*4096))) },
		"noise":         func(t *testing.T, path string) { must(t, os.WriteFile(path, random, 0o600)) },
		"text": func(t *testing.T, path string) {
			must(t, os.WriteFile(path, bytes.Repeat([]byte("hello\n"), 99), 0o600))
		},
		"zeroes":         func(t *testing.T, path string) { must(t, os.WriteFile(path, make([]byte, 65536), 0o600)) },
		"pages of noise": func(t *testing.T, path string) { overwrite(t, path, 4096, random) },
		"schema gone":    func(t *testing.T, path string) { overwrite(t, path, 100, make([]byte, 3900)) },
		"other program": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			foreign(t, path)
		},
		"our mark, other tables": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			foreign(t, path)
			overwrite(t, path, 68, binary.BigEndian.AppendUint32(nil, applicationID))
			overwrite(t, path, 60, binary.BigEndian.AppendUint32(nil, 1))
		},
		"log without a database": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.WriteFile(path+"-wal", random, 0o600))
		},
		"journal without a database": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.WriteFile(path+"-journal", random, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			damage(t, path)
			before := map[string][]byte{}
			for _, suffix := range companions() {
				if data, err := os.ReadFile(path + suffix); err == nil {
					before[suffix] = data
				}
			}
			s := openAt(t, path)
			if !regexp.MustCompile(`^` + regexp.QuoteMeta(path) + `\.corrupt-\d{8}-\d{6}$`).MatchString(s.recovered) {
				t.Fatalf("recovered to %q", s.recovered)
			}
			for suffix, data := range before {
				if got, err := os.ReadFile(s.recovered + suffix); err != nil || name != "our mark, other tables" && !bytes.Equal(got, data) {
					t.Errorf("the damaged file is not kept: %q: %v", suffix, err)
				}
			}
			saved := unfinished(t, s)
			all, err := s.Recoveries(t.Context())
			must(t, err)
			if len(all) != 1 || all[0].Path != s.recovered || all[0].Queued != len(saved) || all[0].Complete() != complete[name] || all[0].Cause == "" {
				t.Errorf("%d are saved; told %+v", len(saved), all)
			}
			if want := map[bool]int{true: 200}[complete[name]]; len(saved) != want && !partly[name] || partly[name] && (len(saved) == 0 || len(saved) >= 200) {
				t.Errorf("%d are saved, want %d", len(saved), want)
			}
			commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
			s = reopen(t, s)
			diff(t, append([]core.TransferID{"a"}, saved...), unfinished(t, s), cmpopts.SortSlices(func(a, b core.TransferID) bool { return a < b }))
			whole(t, s)
		})
	}
}

func overwrite(t *testing.T, path string, at int64, data []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(data, at)
	must(t, err)
	must(t, f.Close())
}

// TestDamagedTwice: both files are kept, although less than a second has passed.
func TestDamagedTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	kept := map[string]string{}
	for _, text := range []string{"one", "two", "three"} {
		must(t, os.WriteFile(path, []byte(text), 0o600))
		s := openAt(t, path)
		kept[s.recovered] = text
		must(t, s.Close())
	}
	for aside, text := range kept {
		if got := string(readFile(t, aside)); got != text {
			t.Errorf("%s: got %q, want %q", aside, got, text)
		}
	}
	if len(kept) != 3 {
		t.Errorf("kept %v", kept)
	}
}

// TestNewer: a database of a newer version is refused and not changed.
func TestNewer(t *testing.T) {
	path := filled(t)
	overwrite(t, path, 60, binary.BigEndian.AppendUint32(nil, 1000))
	before, names := readFile(t, path), files(t, path)
	for range 2 {
		_, err := Open(t.Context(), path, nil)
		wantCode(t, err, core.CodeStoreNewer)
		if !bytes.Equal(before, readFile(t, path)) {
			t.Error("the file was changed")
		}
		diff(t, names, files(t, path))
	}
}

// TestNewerInTheLog: a newer program was killed, so that only the log has the newer version.
func TestNewerInTheLog(t *testing.T) {
	s := openTest(t)
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA user_version = 1000")
	must(t, err)
	copied := filepath.Join(t.TempDir(), "queue.db")
	for _, suffix := range []string{"", "-wal"} {
		must(t, os.WriteFile(copied+suffix, readFile(t, s.path+suffix), 0o600))
	}
	_, err = Open(t.Context(), copied, nil)
	wantCode(t, err, core.CodeStoreNewer)
	diff(t, []string{"queue.db"}, files(t, copied))
}

// TestLateDamage: damage that shows while the program runs gives an error, and the next start finds it
// however large the file is.
func TestLateDamage(t *testing.T) {
	path := filled(t)
	var log bytes.Buffer
	s, err := Open(t.Context(), path, slog.New(slog.NewTextHandler(&log, nil)))
	must(t, err)
	size := len(readFile(t, path))
	overwrite(t, path, 4096, bytes.Repeat([]byte{0xA5}, size-4096))
	_, err = s.History(t.Context(), core.HistoryQuery{})
	wantCode(t, err, core.CodeStoreFailed)
	if !strings.Contains(err.Error(), "restart the program") || !strings.Contains(log.String(), "damaged") {
		t.Errorf("no advice: %v; log: %s", err, log.String())
	}
	if _, err := os.Stat(path + checkSuffix); err != nil {
		t.Errorf("no mark for the next start: %v", err)
	}
	_ = s.Close() // may fail: the file is damaged
	s = openAt(t, path)
	if s.recovered == "" {
		t.Fatal("the damage is not found")
	}
	s = reopen(t, s)
	for _, name := range files(t, path) {
		if strings.HasSuffix(name, checkSuffix) {
			t.Error("the mark is still there")
		}
	}
	whole(t, s)
}

// TestMarkOnAWholeFile: the mark on an undamaged file is removed.
func TestMarkOnAWholeFile(t *testing.T) {
	path := filled(t)
	must(t, os.WriteFile(path+checkSuffix, nil, 0o600))
	s := openAt(t, path)
	if _, err := os.Stat(path + checkSuffix); err == nil || s.recovered != "" {
		t.Errorf("the mark is still there, or taken for damage: %q", s.recovered)
	}
	if got := len(unfinished(t, s)); got != 200 {
		t.Errorf("got %d transfers", got)
	}
}

// TestCutShortCreation: what a crash has left of a creation is removed.
func TestCutShortCreation(t *testing.T) {
	whole := readFile(t, filled(t))
	for n := 0; n < len(whole); n += 3777 {
		path := filepath.Join(t.TempDir(), "queue.db")
		for _, suffix := range companions() {
			must(t, os.WriteFile(path+newSuffix+suffix, whole[:n], 0o600))
		}
		s := openAt(t, path)
		if s.recovered != "" {
			t.Errorf("taken for damage: %s", s.recovered)
		}
		commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
		must(t, s.Close())
		diff(t, []string{"queue.db"}, files(t, path))
	}
}

// TestDurable: every connection writes as durably as Commit promises.
func TestDurable(t *testing.T) {
	s := openTest(t)
	for name, db := range map[string]*sql.DB{"writer": s.writer, "reader": s.readers} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "fullfsync": "1", "foreign_keys": "1",
			"busy_timeout": "5000", "query_only": map[string]string{"writer": "0", "reader": "1"}[name]} {
			var got string
			must(t, db.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
			if got != want {
				t.Errorf("%s: %s is %s, want %s", name, pragma, got, want)
			}
		}
	}
}

// TestOddFolders: folders may have names with a meaning in a URL.
func TestOddFolders(t *testing.T) {
	for _, name := range []string{"a b", "100%", "x?mode=memory", "a#b", "file:x", "ж", "a&b=c;d"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, "?:") {
			continue // such names are not possible there
		}
		path := filepath.Join(t.TempDir(), name, name+".db")
		s := openAt(t, path)
		commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
		must(t, s.Close())
		diff(t, []string{name + ".db"}, files(t, path))
	}
	t.Chdir(t.TempDir())
	s := openAt(t, "relative.db")
	must(t, s.Close())
	if _, err := os.Stat("relative.db"); err != nil {
		t.Error(err)
	}
}

// TestUnopenable: if the reason is not damage, the error says so, and no file is renamed.
func TestUnopenable(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	must(t, os.Mkdir(filepath.Join(dir, "queue.db"), 0o700))
	must(t, os.MkdirAll(filepath.Join(dir, "blocked", "queue.db.new", "x"), 0o700))
	for _, path := range []string{"queue.db", "file/queue.db", "blocked/queue.db"} {
		_, err := Open(t.Context(), filepath.Join(dir, path), nil)
		wantCode(t, err, core.CodeStoreFailed)
	}
	diff(t, []string{"blocked", "file", "queue.db"}, files(t, filepath.Join(dir, "x")))
}

// TestMigrations: a database of each older version is migrated, and a failing step leaves it as it was.
func TestMigrations(t *testing.T) {
	path := filepath.Join(t.TempDir(), "queue.db")
	must(t, os.WriteFile(path, nil, 0o600))
	db, err := openDB(path, "_txlock=immediate")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	version := func() (n int) {
		must(t, db.QueryRowContext(t.Context(), "PRAGMA user_version").Scan(&n))
		return n
	}
	if err := step(t.Context(), db, "CREATE TABLE x (y); NO SQL", 1); err == nil || version() != 0 {
		t.Errorf("version %d, %v", version(), err)
	}
	var tables int
	must(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master").Scan(&tables))
	if tables != 0 {
		t.Errorf("%d tables are left of a failed step", tables)
	}
	must(t, migrate(t.Context(), db))
	must(t, migrate(t.Context(), db))
	steps, err := migrations()
	must(t, err)
	if version() != len(steps) {
		t.Errorf("version %d of %d", version(), len(steps))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := migrate(ctx, db); err == nil {
		t.Error("went on after its end")
	}
}
