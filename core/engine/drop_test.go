package engine

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/store"
)

// TestSubmissionsMakeDrops: each submission is a drop of its own, unless it joins
// another. A drop knows what it left out, and a failed file that it queues again
// belongs to it.
func TestSubmissionsMakeDrops(t *testing.T) {
	st, err := store.Open(t.Context(), t.TempDir()+"/queue.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { must(t, st.Close()) }()
	s := newServer()
	f := begin(t, s, st)
	defer func() { must(t, f.stop()) }()
	submit := func(in *core.Intake, list ...core.Source) core.Submission {
		t.Helper()
		o := options()
		o.Intake = in
		got, err := f.Submit(t.Context(), list, o)
		must(t, err)
		return got
	}
	must(t, f.PauseAll(t.Context()))
	a, b, c := source("a", 1), source("b", 1), source("c", 1)
	skipped := []core.Skipped{{Path: "/pipe", Reason: core.SkipSpecial}, {Path: "/x", Reason: core.SkipUnreadable, Err: errors.New("denied")}}
	first := submit(&core.Intake{Name: "box", Skipped: skipped}, a)
	second := submit(&core.Intake{Name: "crate"}, a, b)
	joined := submit(&core.Intake{Name: "box", Join: first.Drop.ID}, c)
	if first.Drop.ID == 0 || second.Drop.ID <= first.Drop.ID || joined.Drop != first.Drop || first.Drop.Name != "box" {
		t.Fatalf("drops %+v, %+v, %+v", first.Drop, second.Drop, joined.Drop)
	}
	for id, want := range map[core.TransferID]core.Drop{first.Queued[0]: first.Drop, second.Queued[0]: second.Drop, joined.Queued[0]: first.Drop} {
		if got := f.get(id); *got.Drop != want || got.Options.Intake != nil {
			t.Errorf("%s: drop %+v, want %+v", got.Source.Name, *got.Drop, want)
		}
	}
	record := func(id core.DropID, want core.DropRecord) {
		t.Helper()
		got, err := st.Drop(t.Context(), id)
		must(t, err)
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); d != "" {
			t.Error(d)
		}
	}
	record(first.Drop.ID, core.DropRecord{Drop: first.Drop, Skipped: skipped})
	record(second.Drop.ID, core.DropRecord{Drop: second.Drop, Already: first.Queued})
}
