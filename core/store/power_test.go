package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
)

// sector is how many bytes a disk writes completely or not at all.
const sector = 512

// image is the content of a database's files.
type image struct{ db, wal, shm []byte }

func snapshot(t *testing.T, s *Store) image {
	t.Helper()
	return image{readFile(t, s.path), readFile(t, s.path+"-wal"), readFile(t, s.path+"-shm")}
}

// torn returns a file during its change from before to after: each sector is the old or the new one, and
// the file may end at any byte between the two sizes.
func torn(random *rand.Rand, before, after []byte) []byte {
	out := append([]byte{}, after...)
	keep := random.Float64() // the share of old sectors
	for at := 0; at < len(out); at += sector {
		end := min(at+sector, len(out))
		if random.Float64() < keep {
			n := 0
			if at < len(before) {
				n = copy(out[at:end], before[at:])
			}
			clear(out[at+n : end]) // the file has grown, but is not written yet
		}
	}
	low, high := min(len(before), len(after)), max(len(before), len(after))
	return append(out, before[min(len(out), len(before)):]...)[:low+random.IntN(high-low+1)]
}

// cut returns a file that has only the beginning of what was added.
func cut(random *rand.Rand, before, after []byte) []byte {
	if len(after) <= len(before) {
		return torn(random, before, after)
	}
	return after[:len(before)+random.IntN(len(after)-len(before)+1)]
}

// begun returns the log before a commit with the header that the commit wrote: when SQLite restarts the
// log, it syncs the header before it writes anything else.
func begun(before, after []byte) []byte {
	return append(append([]byte{}, after[:walHeaderSize]...), before[walHeaderSize:]...)
}

// TestPowerCut is case 47. A commit writes to the log and syncs it. Now and then the log is merged into
// the file, and that is synced before the log restarts. So the power may fail while the log is half
// written and the file old, or while the file is half written and the log complete. In both cases every
// acknowledged commit is there, and the next one is there completely or not at all.
func TestPowerCut(t *testing.T) {
	random := rand.New(rand.NewPCG(47, 47))
	s := openTest(t)
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_autocheckpoint = 20") // merged into the file often
	must(t, err)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("first", 0)}})
	before, list, folded := snapshot(t, s), unfinished(t, s), 0
	older := before.shm
	for n := range 25 {
		var b core.Batch
		for i := range 1 + random.IntN(12) {
			x := queued(core.TransferID(fmt.Sprintf("%d-%d", n, i)), int64(n))
			b.Put = append(b.Put, x)
			if i%3 == 2 {
				b.Put[i] = done(x)
			}
		}
		if n%5 == 4 {
			b.Remove = list[:len(list)/3]
		}
		commit(t, s, b)
		after, now := snapshot(t, s), unfinished(t, s)
		log := begun(before.wal, after.wal)
		// The index is changed after the log is synced, but the system writes
		// it at any time, so it may be an older one.
		shm := [][]byte{[]byte("of before the cut"), older, before.shm}[n%3]
		powerCut(t, image{before.db, log, shm}, list)
		for range 2 {
			powerCut(t, image{before.db, cut(random, log, after.wal), shm}, list, now)
			powerCut(t, image{before.db, torn(random, log, after.wal), shm}, list, now)
		}
		if string(before.db) != string(after.db) {
			folded++
			for range 6 {
				powerCut(t, image{torn(random, before.db, after.db), after.wal, [][]byte{shm, after.shm}[n%2]}, now)
			}
		}
		older = before.shm
		before, list = after, now
	}
	if folded < 3 {
		t.Errorf("the log was merged only %d times", folded)
	}
}

// powerCut opens what a power cut left and checks that it has one of the queues.
func powerCut(t *testing.T, left image, want ...[]core.TransferID) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queue.db")
	must(t, os.WriteFile(path, left.db, 0o600))
	must(t, os.WriteFile(path+"-wal", left.wal, 0o600))
	must(t, os.WriteFile(path+"-shm", left.shm, 0o600))
	s := openAt(t, path)
	if s.recovered != "" {
		t.Fatal("taken for damaged")
	}
	whole(t, s)
	got := fmt.Sprint(unfinished(t, s))
	for _, w := range want {
		if got == fmt.Sprint(w) {
			commit(t, s, core.Batch{Put: []core.Transfer{queued("next", 1<<40)}})
			must(t, s.Close())
			return
		}
	}
	t.Errorf("got  %s\nwant one of %v", got, want)
}
