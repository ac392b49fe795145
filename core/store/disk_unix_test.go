//go:build unix

package store

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// alone runs the calling test in a process of its own, so that a limit affects nothing else, and
// reports whether this is that process.
func alone(t *testing.T) bool {
	t.Helper()
	const env = "INGESTER_STORE_ALONE"
	if os.Getenv(env) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), env+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// limitFiles makes every write beyond a size fail until restore is called.
func limitFiles(t *testing.T, size uint64) (restore func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	var old syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}))
	return func() { must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)) }
}

// TestFailedWrite is case 48: a write beyond any byte of the log fails. The whole commit is refused,
// nothing before it is lost, and it works as soon as there is room.
func TestFailedWrite(t *testing.T) {
	if !alone(t) {
		return
	}
	s := openTest(t)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("first", 0)}})
	failures := 0
	for n := range 60 {
		before := unfinished(t, s)
		var b core.Batch
		for i := range 5 {
			b.Put = append(b.Put, queued(core.TransferID(fmt.Sprintf("%d-%d", n, i)), int64(n*10+i+1)))
		}
		b.Put = append(b.Put, done(queued(core.TransferID(fmt.Sprintf("%d-stored", n)), 1)))
		room := uint64(n * 977)
		restore := limitFiles(t, uint64(len(readFile(t, s.path+"-wal")))+room)
		err := s.Commit(t.Context(), b)
		restore()
		if err != nil {
			failures++
			wantCode(t, err, core.CodeStoreFailed)
			diff(t, before, unfinished(t, s))
			commit(t, s, b)
		}
		if n%10 == 9 {
			whole(t, s)
			s = reopen(t, s)
			commit(t, s, core.Batch{Put: []core.Transfer{queued("first", 0)}}) // so that there is a log
		}
		if got, want := len(unfinished(t, s)), len(before)+5; got != want {
			t.Fatalf("%d transfers, want %d", got, want)
		}
	}
	history, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	if failures < 20 || len(history) != 60 {
		t.Errorf("%d failures, %d entries in the history", failures, len(history))
	}
}

// TestFailedCreation: no half-made database is left, and a damaged one stays until a new one can be
// made, so that the user is told.
func TestFailedCreation(t *testing.T) {
	if !alone(t) {
		return
	}
	for _, size := range []uint64{0, 100, 5000, 40_000} {
		path := filepath.Join(t.TempDir(), "queue.db")
		for _, damaged := range []bool{false, true} {
			if damaged {
				must(t, os.WriteFile(path, []byte("damaged"), 0o600))
			}
			restore := limitFiles(t, size)
			_, err := Open(t.Context(), path, nil)
			restore()
			wantCode(t, err, core.CodeStoreFailed)
			if _, err := os.Stat(path); (err == nil) != damaged {
				t.Errorf("the limit of %d left: %v", size, err)
			}
			s := openAt(t, path)
			if (s.recovered != "") != damaged {
				t.Errorf("recovered to %q", s.recovered)
			}
			commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
			must(t, s.Close())
		}
	}
}

// TestFailedMigration: a write beyond any byte fails. That is no damage, and the migration succeeds
// once there is room.
func TestFailedMigration(t *testing.T) {
	if !alone(t) {
		return
	}
	template := filepath.Join(t.TempDir(), "queue.db")
	old(t, template, 1, 100)
	data, failures := readFile(t, template), 0
	for size := uint64(0); size < 400_000; size += 9_973 {
		path := filepath.Join(t.TempDir(), "queue.db")
		must(t, os.WriteFile(path, data, 0o600))
		restore := limitFiles(t, size)
		s, err := Open(t.Context(), path, nil)
		restore()
		if err == nil {
			must(t, s.Close())
		} else {
			failures++
			wantCode(t, err, core.CodeStoreFailed)
		}
		s = openAt(t, path)
		if s.recovered != "" {
			t.Fatalf("at %d bytes: taken for damaged", size)
		}
		diff(t, []core.TransferID{"first", "second"}, unfinished(t, s))
		whole(t, s)
		must(t, s.Close())
	}
	if failures < 5 {
		t.Errorf("%d failures only", failures)
	}
}

// TestModes: the modes are 0600 and 0700 independent of the umask, and wrong ones are repaired and
// logged.
func TestModes(t *testing.T) {
	for _, umask := range []int{0, 0o027, 0o177} {
		old := syscall.Umask(umask &^ 0o100) // a folder needs x
		path := filepath.Join(t.TempDir(), "a", "b", "queue.db")
		s := openAt(t, path)
		commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
		syscall.Umask(old)
		for p, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700,
			path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
			wantMode(t, p, want)
		}
		for _, suffix := range []string{"", "-wal", "-shm"} {
			must(t, os.Chmod(path+suffix, 0o666))
		}
		var log strings.Builder
		again, err := Open(t.Context(), path, slog.New(slog.NewTextHandler(&log, nil)))
		must(t, err)
		for _, suffix := range []string{"", "-wal", "-shm"} {
			wantMode(t, path+suffix, 0o600)
		}
		if strings.Count(log.String(), "open to other users") != 3 {
			t.Errorf("not told: %s", log.String())
		}
		must(t, again.Close())
		must(t, s.Close())
	}
}

func wantMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has mode %v, want %v", path, got, want)
	}
}
