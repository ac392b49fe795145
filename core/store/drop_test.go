package store

import (
	"errors"
	"fmt"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestDrop: what a drop left out is kept over a restart, and what a second submission
// of the same drop left out is added.
func TestDrop(t *testing.T) {
	s := openTest(t)
	first := core.DropRecord{Drop: core.Drop{ID: 5, Name: "box"}, Stored: []core.TransferID{"old"},
		Skipped: []core.Skipped{{Path: "/a\xe9", Reason: core.SkipSymlink}, {Path: "/b", Reason: core.SkipUnreadable, Err: errors.New("denied")}}}
	second := core.DropRecord{Drop: first.Drop, Skipped: first.Skipped[:1], Stored: []core.TransferID{"old", "older"}, Already: []core.TransferID{"x"}}
	commit(t, s, core.Batch{Drops: []core.DropRecord{first}})
	commit(t, s, core.Batch{Drops: []core.DropRecord{second}})
	want := first
	want.Stored, want.Already = second.Stored, second.Already
	for range 2 {
		got, err := s.Drop(t.Context(), 5)
		must(t, err)
		diff(t, want, got, sameCause)
		s = reopen(t, s)
	}
	unknown, err := s.Drop(t.Context(), 6)
	must(t, err)
	diff(t, core.DropRecord{Drop: core.Drop{ID: 6}}, unknown)

	_, err = s.writer.ExecContext(t.Context(), `UPDATE drops SET left_out = '{}'`)
	must(t, err)
	damaged, err := s.Drop(t.Context(), 5)
	must(t, err)
	diff(t, core.DropRecord{Drop: core.Drop{ID: 5}}, damaged)
}

// TestDropIsBounded: a drop that leaves out very many things keeps the first of them
// and how many there were.
func TestDropIsBounded(t *testing.T) {
	s := openTest(t)
	r := core.DropRecord{Drop: core.Drop{ID: 5}}
	for i := range core.MaxLeftOut + 7 {
		r.Skipped = append(r.Skipped, core.Skipped{Path: fmt.Sprint(i), Reason: core.SkipSymlink})
	}
	commit(t, s, core.Batch{Drops: []core.DropRecord{r}})
	got, err := s.Drop(t.Context(), 5)
	must(t, err)
	if len(got.Skipped) != core.MaxLeftOut || got.More != 7 {
		t.Errorf("%d are kept, %d more", len(got.Skipped), got.More)
	}
}

// TestOfDrop: the transfers of a drop are those of the queue and of the history, also
// those that were taken off the list.
func TestOfDrop(t *testing.T) {
	s := openTest(t)
	box := &core.Drop{ID: 5, Name: "box"}
	a, b, c, other, none := queued("a", 1), queued("b", 2), queued("c", 3), queued("other", 4), queued("none", 5)
	a.Drop, b.Drop, c.Drop, other.Drop = box, box, box, &core.Drop{ID: 6}
	b, c = done(b), done(c)
	commit(t, s, core.Batch{Put: []core.Transfer{a, b, c, other, none}})
	commit(t, s, core.Batch{Remove: []core.TransferID{"c"}})
	got, err := s.OfDrop(t.Context(), 5)
	must(t, err)
	diff(t, []core.Transfer{a, b, c}, got)
	if got, err := s.OfDrop(t.Context(), 0); err != nil || len(got) != 0 {
		t.Errorf("transfers of no drop: %v, %v", got, err)
	}
}

// TestDropsAreSaved: the drops of a damaged database are saved with its transfers.
func TestDropsAreSaved(t *testing.T) {
	s := openTest(t)
	x := queued("a", 1)
	x.Drop = &core.Drop{ID: 5, Name: "box"}
	r := core.DropRecord{Drop: *x.Drop, Stored: []core.TransferID{"old"}}
	commit(t, s, core.Batch{Put: []core.Transfer{x}, Drops: []core.DropRecord{r}})
	path := s.path
	must(t, s.Close())
	to := t.TempDir() + "/saved.db"
	fresh := openAt(t, to)
	must(t, fresh.Close())
	_, err := salvageInto(t.Context(), path, to)
	must(t, err)
	saved := openAt(t, to)
	got, err := saved.OfDrop(t.Context(), 5)
	must(t, err)
	diff(t, []core.Transfer{x}, got)
	kept, err := saved.Drop(t.Context(), 5)
	must(t, err)
	diff(t, r, kept)
}
