package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// estate is a database with all kinds of rows, and the rows that should be recovered.
type estate struct {
	files   map[string][]byte                  // content by suffix
	want    map[core.TransferID]core.Transfer  // the rows that it has
	long    core.TransferID                    // a transfer whose row has several pages
	removed map[core.TransferID]bool           // transfers that the user took off the list
	on      map[int64]map[core.TransferID]bool // transfers by page, according to SQLite
	tries   map[core.TransferID][]core.Attempt
}

// newEstate makes an estate with 200 queued transfers, 300 stored ones and a few in every other state.
// 400 were removed, so that some pages have old rows. With a log, only that has the last commits.
func newEstate(t *testing.T, withLog bool) estate {
	t.Helper()
	s := openTest(t)
	list := coretest.Archive(920)
	long := list[0]
	long.Options.Metadata = json.RawMessage(`{"long": "` + strings.Repeat("ж", 9000) + `"}`)
	list[0] = long
	commitChunks(t, s, list, 100)
	e := estate{long: long.ID, files: map[string][]byte{}, want: map[core.TransferID]core.Transfer{}, removed: map[core.TransferID]bool{},
		on: map[int64]map[core.TransferID]bool{}, tries: map[core.TransferID][]core.Attempt{}}
	var b core.Batch
	for _, x := range list[400:600] {
		b.Remove = append(b.Remove, x.ID)
		e.removed[x.ID] = true
	}
	commit(t, s, b)
	if withLog {
		_, err := s.writer.ExecContext(t.Context(), "PRAGMA wal_checkpoint(TRUNCATE)")
		must(t, err)
	}
	states := []core.State{core.StateSending, core.StateSent, core.StateWaiting, core.StatePaused, core.StateFailed, core.StateUnknown, core.StateCancelled}
	for i, x := range list[900:] {
		x.State, x.StartedAt, x.Attempts, x.Resume = states[i%len(states)], epoch, 1, `{"url":"x"}`
		commit(t, s, core.Batch{Put: []core.Transfer{x}, Attempts: []core.Attempt{{Transfer: x.ID, Number: 1, Start: epoch, Code: core.CodeStalled, Detail: "stalled"}}})
	}
	commitChunks(t, s, stored(list[600:900]), 50)
	b.Remove = nil
	for _, x := range list[100:300] { // last, so that their pages are not used again
		b.Remove = append(b.Remove, x.ID)
		e.removed[x.ID] = true
	}
	commit(t, s, b)
	for _, x := range all(t, s) {
		e.want[x.ID] = x
		tries, err := s.Attempts(t.Context(), x.ID)
		must(t, err)
		e.tries[x.ID] = tries
	}
	e.places(t, s)
	if !withLog {
		must(t, s.Close())
	}
	for _, suffix := range companions() {
		if data, err := os.ReadFile(s.path + suffix); err == nil {
			e.files[suffix] = data
		}
	}
	return e
}

// places notes the transfers on each page: SQLite tells how many rows each leaf has.
func (e *estate) places(t *testing.T, s *Store) {
	t.Helper()
	leaves, err := collect(t.Context(), s.readers, 0, func(row scanner) (leaf [2]int64, err error) { return leaf, row.Scan(&leaf[0], &leaf[1]) },
		"SELECT pageno, ncell FROM dbstat WHERE name = 'transfers' AND pagetype = 'leaf' ORDER BY path")
	must(t, err)
	order, err := collect(t.Context(), s.readers, 0, func(row scanner) (id core.TransferID, err error) { return id, row.Scan(&id) },
		"SELECT id FROM transfers NOT INDEXED ORDER BY rowid")
	must(t, err)
	for _, leaf := range leaves {
		e.on[leaf[0]] = map[core.TransferID]bool{}
		for _, id := range order[:leaf[1]] {
			e.on[leaf[0]][id] = true
		}
		order = order[leaf[1]:]
	}
	over, err := collect(t.Context(), s.readers, 0, func(row scanner) (no int64, err error) { return no, row.Scan(&no) },
		"SELECT pageno FROM dbstat WHERE name = 'transfers' AND pagetype = 'overflow'")
	must(t, err)
	var free int
	must(t, s.readers.QueryRowContext(t.Context(), "PRAGMA freelist_count").Scan(&free))
	if free < 10 {
		t.Fatalf("%d free pages", free)
	}
	for _, no := range over {
		e.on[no] = map[core.TransferID]bool{e.long: true}
	}
	if len(over) < 3 {
		t.Fatalf("%d overflow pages", len(over))
	}
	if len(order) > 0 || len(leaves) < 10 {
		t.Fatalf("%d leaves, %d rows on none", len(leaves), len(order))
	}
}

// all returns everything that the store shows.
func all(t *testing.T, s *Store) []core.Transfer {
	t.Helper()
	list, err := s.Unfinished(t.Context())
	must(t, err)
	history, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	return append(list, history...)
}

// write writes the files to a folder of their own and marks the database for a check.
func (e *estate) write(t *testing.T, except ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "queue.db")
	for suffix, data := range e.files {
		must(t, os.WriteFile(path+suffix, data, 0o600))
	}
	for _, suffix := range except {
		must(t, os.Remove(path+suffix))
	}
	must(t, os.WriteFile(path+checkSuffix, nil, 0o600))
	return path
}

// check compares what a store shows with the original rows. Those on the damaged page may be missing; the
// others are there, and no changed row is shown as undamaged.
func (e *estate) check(t *testing.T, what string, s *Store, page int64) (asked int) {
	t.Helper()
	found := map[core.TransferID]core.Transfer{}
	for _, x := range all(t, s) {
		if x.Damaged() {
			if !e.on[page][x.ID] && e.want[x.ID].ID != "" && s.recovered != "" {
				t.Errorf("%s: %s is damaged, and not on that page", what, x.ID)
			}
			found[x.ID] = x
			continue
		}
		if _, twice := found[x.ID]; twice {
			t.Errorf("%s: %s is there twice", what, x.ID)
		}
		found[x.ID] = x
		want, known := e.want[x.ID]
		isAsked := x.Error != nil && x.Error.Outcome == core.OutcomeUnknown && x.Error.Op == opRead
		switch {
		case !known && e.removed[x.ID] && x.State == core.StateUnknown:
		case !known:
			t.Errorf("%s: %s is back as %s", what, x.ID, x.State)
		case isAsked && want.State != core.StateStored:
			asked++
			if x.State.Active() || x.State == core.StateStored {
				t.Errorf("%s: %s is asked about, and %s", what, x.ID, x.State)
			}
			x.Error, x.State = want.Error, want.State
			fallthrough
		default:
			if d := cmp.Diff(want, x, sameCause); d != "" {
				t.Errorf("%s: %s (-want +got)\n%s", what, x.ID, d)
			}
		}
	}
	for id := range e.want {
		if _, there := found[id]; !there && !e.on[page][id] {
			t.Errorf("%s: %s is lost, and was not on that page", what, id)
		}
	}
	return asked
}

// damages returns how many random damages a test makes: DAMAGES, or n.
func damages(t *testing.T, n int) int {
	t.Helper()
	if text := os.Getenv("DAMAGES"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		must(t, err)
	}
	return n
}

// TestEveryPageDamaged: rows on a damaged page may be lost. All others are there afterwards, exactly as
// they were, and missing ones are counted.
func TestEveryPageDamaged(t *testing.T) {
	e := newEstate(t, false)
	pages := int64(len(e.files[""]) / defaultPageSize)
	random := rand.New(rand.NewPCG(12, 49))
	noise := make([]byte, defaultPageSize)
	_, _ = rand.NewChaCha8([32]byte{12}).Read(noise)
	for no := int64(1); no <= pages; no += max(1, pages/int64(damages(t, 12))) {
		for name, damage := range map[string]func(page []byte){
			"noise":    func(page []byte) { copy(page, noise) },
			"its kind": func(page []byte) { page[map[bool]int{true: 100}[no == 1]] ^= 1 << random.IntN(8) },
		} {
			what := fmt.Sprintf("page %d, %s", no, name)
			spoilt := estate{files: map[string][]byte{"": append([]byte{}, e.files[""]...)}}
			damage(spoilt.files[""][(no-1)*defaultPageSize : no*defaultPageSize])
			s := openAt(t, spoilt.write(t))
			if asked := e.check(t, what, s, no); asked > 0 && len(e.on[no]) == 0 {
				t.Errorf("%s: %d are asked about without a need", what, asked)
			}
			told, err := s.Recoveries(t.Context())
			must(t, err)
			lost, n := 0, len(all(t, s))
			if n < len(e.want) {
				lost = len(e.want) - n
			}
			if s.recovered == "" && lost > 0 || lost > 0 && (len(told) != 1 || told[0].Complete()) {
				t.Errorf("%s: %d are lost; told %+v", what, lost, told)
			}
			if len(told) == 1 && no > 1 && (told[0].Lost() != lost || told[0].Saved() != n) && !told[0].Uncounted {
				t.Errorf("%s: %d are lost and %d saved; told %+v", what, lost, n, told[0])
			}
			if len(told) == 1 && no > 1 && len(e.on[no]) > 0 && told[0].Uncounted {
				t.Errorf("%s: not counted: %+v", what, told[0])
			}
			must(t, s.Close())
		}
	}
}

// TestEveryByteDamaged: whichever byte is changed, no changed row is shown as undamaged, and all rows on
// other pages are there.
func TestEveryByteDamaged(t *testing.T) {
	e := newEstate(t, false)
	random := rand.New(rand.NewPCG(12, 50))
	recovered := 0
	for range damages(t, 100) {
		at := random.IntN(len(e.files[""]))
		spoilt := estate{files: map[string][]byte{"": append([]byte{}, e.files[""]...)}}
		spoilt.files[""][at] ^= byte(1 + random.IntN(255))
		s, err := Open(t.Context(), spoilt.write(t), nil)
		if core.CodeOf(err) == core.CodeStoreNewer && at >= 60 && at < 64 {
			continue // an error, and nothing is changed
		}
		must(t, err)
		e.check(t, fmt.Sprintf("byte %d", at), s, int64(at/defaultPageSize)+1)
		if s.recovered != "" {
			recovered++
		}
		must(t, s.Close())
	}
	if recovered == 0 {
		t.Error("nothing was ever recovered")
	}
}

// TestAttemptsAreSaved: attempts are saved with their transfers.
func TestAttemptsAreSaved(t *testing.T) {
	e := newEstate(t, false)
	copy(e.files[""][5*defaultPageSize:], make([]byte, 8)) // a page of an index
	s := openAt(t, e.write(t))
	if s.recovered == "" {
		t.Fatal("no damage was found")
	}
	for id, want := range e.tries {
		got, err := s.Attempts(t.Context(), id)
		must(t, err)
		diff(t, want, got)
	}
	whole(t, s)
}

// TestIndexLeadsElsewhere: an entry of the queue's index leads to another row, which SQLite does not
// notice. No transfer is missing or listed twice, and the next start finds the damage.
func TestIndexLeadsElsewhere(t *testing.T) {
	for name, to := range map[string]byte{"queued": 20, "stored": 0} {
		s := openTest(t)
		list := coretest.Archive(60)
		commit(t, s, core.Batch{Put: append(list[:40:40], stored(list[40:])...)})
		must(t, s.Close())
		p, err := openPages(s.path)
		must(t, err)
		sv := salvage{pages: p}
		roots, _, err := sv.roots()
		must(t, err)
		page, err := p.read(roots["transfers_open"])
		must(t, err)
		tree, ok := parsePage(page, 3, p.usable)
		if !ok || len(tree.cells) != 40 || !tree.whole {
			t.Fatalf("the index has %d entries", len(tree.cells))
		}
		if to == 0 { // the row that was put last
			to = 60
		}
		page[tree.cells[10].end-1] = to
		overwrite(t, s.path, int64(roots["transfers_open"]-1)*int64(p.size), page)
		p.close()
		s = openAt(t, s.path)
		got := map[core.TransferID]bool{}
		for _, id := range unfinished(t, s) {
			got[id] = true
		}
		for _, x := range list[:40] {
			if !got[x.ID] {
				t.Errorf("%s: %s is missing", name, x.ID)
			}
		}
		if len(got) != 40 {
			t.Errorf("%s: %d queued", name, len(got))
		}
		must(t, s.Close())
		s = openAt(t, s.path)
		if s.recovered == "" || len(unfinished(t, s)) != 40 {
			t.Errorf("%s: not found by the next start, or %d queued", name, len(unfinished(t, s)))
		}
	}
}

// TestDamagedRowIsLost: a row that doesn't match its checksum is not saved, and is counted as lost. Its
// neighbours on the page are unchanged.
func TestDamagedRowIsLost(t *testing.T) {
	e := newEstate(t, false)
	copy(e.files[""][2*defaultPageSize:], make([]byte, 8)) // a page of the IDs' index, which is not needed for counting
	var id core.TransferID
	for no, on := range e.on {
		page := e.files[""][(no-1)*defaultPageSize : no*defaultPageSize]
		for found := range on {
			at := bytes.Index(page, []byte(found))
			if name := bytes.Index(page[max(at, 0):], []byte("/home/anna/")); at >= 0 && name >= 0 && id == "" && e.want[found].State == core.StateStored {
				page[at+name+6] ^= 1
				id = found
			}
		}
	}
	s := openAt(t, e.write(t))
	told, err := s.Recoveries(t.Context())
	must(t, err)
	if len(told) != 1 || told[0].LostStored != 1 || told[0].LostQueued != 0 || told[0].Saved() != len(e.want)-1 {
		t.Errorf("told %+v", told)
	}
	for _, x := range all(t, s) {
		if x.ID == id {
			t.Errorf("it is there as %+v", x)
		}
	}
	delete(e.want, id)
	e.check(t, "one row", s, 0)
}
