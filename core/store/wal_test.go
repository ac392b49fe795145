package store

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
)

// told checks that the loss of a log is reported: nothing that is left is sent before the server or the
// user was asked.
func told(t *testing.T, what string, s *Store) core.Recovery {
	t.Helper()
	found, err := s.Recoveries(t.Context())
	must(t, err)
	if s.recovered == "" || len(found) != 1 {
		t.Fatalf("%s: not told", what)
	}
	if r := found[0]; r.Complete() || !r.Uncounted || r.Asked != r.Queued {
		t.Errorf("%s: told %+v", what, r)
	}
	for _, x := range all(t, s) {
		if x.State != core.StateStored && (x.Error == nil || x.Error.Outcome != core.OutcomeUnknown || x.State.Active()) {
			t.Errorf("%s: %s is %s, and would be sent", what, x.ID, x.State)
		}
	}
	return found[0]
}

// TestLogOfAKilledProcess: the log of a killed process is deleted, emptied or cut before the next start,
// which reports that. It reports nothing if the log is complete or merged into the file.
func TestLogOfAKilledProcess(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 51))
	for name, harm := range map[string]func(path string) error{
		"deleted": func(path string) error { return os.Remove(path + "-wal") },
		"emptied": func(path string) error { return os.Truncate(path+"-wal", 0) },
		"cut": func(path string) error { // inside the committed part
			index, ok := readSHM(path + "-shm")
			if !ok {
				return errors.New("there is no index")
			}
			return os.Truncate(path+"-wal", 1+random.Int64N(walHeaderSize+int64(index.frames)*(walFrameHeader+defaultPageSize)-1))
		},
		"database and log deleted": func(path string) error {
			if err := os.Remove(path); err != nil {
				return err
			}
			return os.Truncate(path+"-wal", 40)
		},
	} {
		for round := range 4 {
			path := filepath.Join(t.TempDir(), "state", "queue.db")
			kill(t, path, fmt.Sprint(round), random)
			must(t, harm(path))
			s := openAt(t, path)
			told(t, name, s)
			must(t, s.Close())
		}
	}
	path := filepath.Join(t.TempDir(), "state", "queue.db")
	l := kill(t, path, "x", random)
	s := openAt(t, path)
	if s.recovered != "" {
		t.Fatal("a whole log is taken for damaged")
	}
	l.check(t, s, "x")
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	must(t, err)
	left := filepath.Join(t.TempDir(), "queue.db")
	for _, suffix := range companions() {
		if data, err := os.ReadFile(path + suffix); err == nil {
			must(t, os.WriteFile(left+suffix, data, 0o600))
		}
	}
	must(t, os.Remove(left+"-wal"))
	folded := openAt(t, left)
	if folded.recovered != "" {
		t.Error("a log that was folded in is missed")
	}
}

// TestEveryByteOfTheLog: SQLite takes a damaged log for a short one. Whichever committed byte is changed, the
// damage is reported, the part after it is read, and nothing that is left is sent before asking.
func TestEveryByteOfTheLog(t *testing.T) {
	e := newEstate(t, true)
	w, err := readWAL(putLog(t, e.files["-wal"]), defaultPageSize)
	must(t, err)
	last := w.frames[len(w.frames)-1].at + int64(w.pageSize)
	if w.broken || !w.sound || last != int64(len(e.files["-wal"])) {
		t.Fatalf("the log is not whole: %d of %d bytes", last, len(e.files["-wal"]))
	}
	random := rand.New(rand.NewPCG(12, 52))
	for range damages(t, 10) {
		e.tellDamage(t, w, random.Int64N(last), true)
		e.tellDamage(t, w, random.Int64N(last/2), false) // without the index only commits before others can be proved lost
	}
	for at := int64(0); at < walHeaderSize; at += 3 {
		e.tellDamage(t, w, at, true)
	}
	for i := 0; i < len(w.frames); i += 12 { // a byte of the page's number, or of the rest of the header
		e.tellDamage(t, w, w.frames[i].at-walFrameHeader+3, true)
		e.tellDamage(t, w, w.frames[i/2].at-1-random.Int64N(walFrameHeader), false)
	}
}

// tellDamage changes a byte of the log and checks that this is reported.
func (e *estate) tellDamage(t *testing.T, w wal, at int64, index bool) {
	t.Helper()
	spoilt := estate{files: map[string][]byte{"": e.files[""], "-wal": bytes.Clone(e.files["-wal"])}}
	if index {
		spoilt.files["-shm"] = e.files["-shm"]
	}
	spoilt.files["-wal"][at] ^= 1 << (at % 5)
	s := openAt(t, spoilt.write(t))
	what := fmt.Sprintf("byte %d of the log, index %t", at, index)
	told(t, what, s)
	page := int64(0)
	for _, f := range w.frames {
		if at >= f.at-walFrameHeader && at < f.at+int64(w.pageSize) {
			page = int64(f.page)
		}
	}
	e.checkContent(t, what, s, page)
	must(t, s.Close())
}

// TestHeaderOfAShortLog: SQLite gives up a log of a single commit completely if its header is damaged.
func TestHeaderOfAShortLog(t *testing.T) {
	s := openTest(t)
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	must(t, err)
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}})
	e := estate{files: map[string][]byte{}}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		e.files[suffix] = readFile(t, s.path+suffix)
	}
	for at := 0; at < walHeaderSize; at += 5 {
		e.files["-wal"][at] ^= 1
		spoilt := openAt(t, e.write(t))
		told(t, fmt.Sprintf("byte %d", at), spoilt)
		must(t, spoilt.Close())
		e.files["-wal"][at] ^= 1
	}
	if sound := openAt(t, e.write(t)); sound.recovered != "" {
		t.Error("a sound log is taken for damaged")
	}
}

// TestLogOfOneCommit: the newest commit is saved, without the pages of the log that are gone or damaged, if
// the index says that it was committed.
func TestLogOfOneCommit(t *testing.T) {
	s := openTest(t)
	_, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
	must(t, err)
	var put []core.Transfer
	for i := range int64(300) {
		put = append(put, queued(core.TransferID(fmt.Sprintf("t%03d", i)), i+1))
	}
	commit(t, s, core.Batch{Put: put})
	e := estate{files: map[string][]byte{}}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		e.files[suffix] = readFile(t, s.path+suffix)
	}
	log := e.files["-wal"]
	for what, harm := range map[string]struct {
		do    func()
		least int // the least number of transfers that are left
	}{
		"cut in the middle": {func() { e.files["-wal"] = log[:len(log)/2] }, 50},
		"a byte in a page": {func() {
			e.files["-wal"] = bytes.Clone(log)
			e.files["-wal"][len(log)/2] ^= 1
		}, 250},
		"a byte in the header": {func() {
			e.files["-wal"] = bytes.Clone(log)
			e.files["-wal"][9] ^= 1
		}, 250},
	} {
		harm.do()
		spoilt := openAt(t, e.write(t))
		told(t, what, spoilt)
		left := all(t, spoilt)
		if len(left) < harm.least {
			t.Errorf("%s: %d of %d are left", what, len(left), len(put))
		}
		for _, x := range left {
			if want := queued(x.ID, x.Seq); x.Source != want.Source {
				t.Errorf("%s: %+v is left of %+v", what, x.Source, want.Source)
			}
		}
		must(t, spoilt.Close())
	}
	// Without an index the log may end in a transaction that was never committed.
	e.files["-wal"] = log[:len(log)/2]
	delete(e.files, "-shm")
	if begun := openAt(t, e.write(t)); begun.recovered != "" || len(all(t, begun)) != 0 {
		t.Error("half a transaction is taken for a complete one")
	}
}

func putLog(t *testing.T, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	must(t, os.WriteFile(path, data, 0o600))
	return path
}

// checkContent is check if older rows may replace lost ones: only transfers on the damaged page are lost,
// and none that was not stored is shown as stored.
func (e *estate) checkContent(t *testing.T, what string, s *Store, page int64) {
	t.Helper()
	found := map[core.TransferID]bool{}
	for _, x := range all(t, s) {
		found[x.ID] = true
		want, known := e.want[x.ID]
		switch {
		case x.Damaged(), !known && e.removed[x.ID]:
		case !known:
			t.Errorf("%s: %s was never put", what, x.ID)
		case x.State == core.StateStored && (want.State != core.StateStored || want.Receipt.SHA256 != x.Receipt.SHA256),
			want.Source != x.Source:
			t.Errorf("%s: %s is %s with %v, was %s with %v", what, x.ID, x.State, x.Receipt, want.State, want.Receipt)
		}
	}
	for id := range e.want {
		if !found[id] && !e.on[page][id] {
			t.Errorf("%s: %s is lost", what, id)
		}
	}
}

// TestReaderOfADamagedLog: a damaged log is left to the owner of the queue.
func TestReaderOfADamagedLog(t *testing.T) {
	e := newEstate(t, true)
	path := e.write(t, "-wal")
	_, err := OpenReader(path, nil)
	wantCode(t, err, core.CodeStoreFailed)
	s := openAt(t, path)
	told(t, "after a reader", s)
}
