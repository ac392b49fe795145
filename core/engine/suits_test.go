package engine

import (
	"context"
	"testing"

	"github.com/artstore/ingester/core"
)

// One file is queued twice, with two retentions. Only the second arrives, and both
// answers are lost. The listed file, kept as the second asked, is not taken for
// the first's, whichever asks first. A file that is kept as neither asked is still
// found.
func TestListedAsAnotherAsked(t *testing.T) {
	permanent := options()
	permanent.Retention, permanent.TTLDays = core.RetentionPermanent, 0
	l := newLister(func(x core.Transfer) (bool, bool) { return x.Options.Retention == core.RetentionTemporary, false })
	f := beginLister(t, l, newMemory())
	submit := func(path string, o core.Options) core.TransferID {
		src := source("contract", 10)
		src.Path = path
		got, err := f.Submit(context.Background(), []core.Source{src}, o)
		if err != nil || len(got.Queued) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		return got.Queued[0]
	}
	never := submit("/kept/contract", permanent)
	f.awaitState(core.StateUnknown, never)
	l.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
		return true, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown) // not listed yet either
	}
	arrived := submit("/lent/contract", options())
	f.awaitState(core.StateUnknown, arrived)
	file := receipt(f.get(arrived))
	file.Retention = core.RetentionTemporary
	l.with(func(*server) { l.files = append(l.files, file) })

	ask := func(id core.TransferID, want core.State) core.Transfer {
		t.Helper()
		before := l.questions()
		if err := f.Ask(context.Background(), id); err != nil {
			t.Fatal(err)
		}
		f.await("an answer", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
			return l.questions() > before && shown[id].State.Done()
		})
		if got := f.get(id); got.State != want || got.Attempts != 1 {
			t.Errorf("%s is %s, want %s", got.Source.Path, got.State, want)
		}
		return f.get(id)
	}
	ask(never, core.StateUnknown)
	if got := ask(arrived, core.StateStored); got.Receipt == nil || got.Receipt.FileID != file.FileID || len(got.Receipt.Differs) != 0 {
		t.Errorf("%+v", got.Receipt)
	}
	ask(never, core.StateUnknown)

	other := file
	other.FileID = "kept for a month only"
	l.with(func(*server) { l.files = append(l.files, other) })
	if got := ask(never, core.StateStored); got.Receipt == nil || got.Receipt.FileID != other.FileID || len(got.Receipt.Differs) != 1 {
		t.Errorf("%+v", got.Receipt)
	}
}
