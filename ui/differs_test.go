package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// differingReceipt is of a server that did nothing as it was asked.
func differingReceipt() *core.Receipt {
	return &core.Receipt{FileID: "id-1", Retention: core.RetentionTemporary, TTLDays: 30, ExpiresAt: viewtest.Start().Add(30 * 24 * time.Hour), Differs: []core.Difference{
		{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, {Field: core.FieldName, Asked: "ä", Got: "a\u202ex"},
		{Field: core.FieldTags, Asked: `["a","b"]`, Got: "[]"}, {Field: core.FieldDescription, Asked: "words", Got: ""},
	}}
}

// A row whose file is not kept as it was asked has another icon and other words;
// its details say all of it, and it can be made permanent.
func TestDifferingRow(t *testing.T) {
	x := core.Transfer{State: core.StateStored, Options: core.Options{Retention: core.RetentionPermanent}, Receipt: differingReceipt()}
	r := queue.NewRow(&x)
	w := presented(viewtest.English(t), &r, 0, 0, viewtest.Start())
	if w.icon != "warning" || w.tone != theme.ColorNameWarning || !strings.HasPrefix(viewtest.Spaced(w.status), "stored, but kept for 30 days only, not permanently, named") {
		t.Errorf("%+v", w)
	}
	if !r.Can(queue.ActPermanent) {
		t.Error("it can't be made permanent")
	}
	var facts strings.Builder
	for _, f := range factsOf(viewtest.English(t), &r, viewtest.Start()) {
		facts.WriteString(f.Name + ": " + f.Value + "\n")
	}
	for _, want := range []string{"Not as asked: Kept for 30", "Not as asked: Without some of the tags\nAsked: [\"a\",\"b\"]\nThe server has: []", "Asked: words\nThe server has: —"} {
		if !strings.Contains(viewtest.Spaced(facts.String()), want) {
			t.Errorf("no %q in\n%s", want, &facts)
		}
	}
	x = x.MadePermanent(core.FinaliseOptions{})
	r = queue.NewRow(&x)
	if r.Can(queue.ActPermanent) {
		t.Error("it is permanent, and can be made so")
	}
}

// The history marks what is kept otherwise.
func TestHistoryMarksDifferences(t *testing.T) {
	ctl := viewtest.NewFake()
	x := viewtest.Transfer(1, "contract.pdf", 100, core.StateStored)
	x.Receipt = differingReceipt()
	ctl.Stored = []core.Transfer{x}
	h := open(t, ctl, "en", "light")
	h.w.choose(1)
	h.Until("the history", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "contract.pdf · kept for 30") })
}

// What is dropped again to be kept for good is offered to be made so; who doesn't
// want that may upload it again.
func TestStoredForATimeIsAskedFor(t *testing.T) {
	ctl := viewtest.NewFake()
	x := viewtest.Transfer(1, "b.pdf", 100, core.StateStored)
	x.Receipt = &core.Receipt{FileID: "id-1"}
	x.Options = core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30}
	ctl.Stored = []core.Transfer{x}
	ctl.Found = core.Scan{Sources: []core.Source{x.Source}}
	ctl.Result = func(_ []core.Source, o core.Options) (core.Submission, error) {
		if o.Again {
			return core.Submission{Queued: []core.TransferID{"n"}}, nil
		}
		o.Retention, o.TTLDays = core.RetentionPermanent, 0
		return core.Submission{Stored: []core.Transfer{x}, Asked: o}, nil
	}
	h := open(t, ctl, "en", "light")
	h.w.intake.add([]string{"/a/b.pdf"})
	h.Until("the question", func() bool { return strings.Contains(h.Words(), "Make permanent?") })
	h.Tap("Make permanent")
	h.Called("finalise t1 id-1")

	h.w.intake.add([]string{"/a/b.pdf"})
	h.Until("the question", func() bool { return strings.Contains(h.Words(), "Make permanent?") })
	h.Tap("Back")
	h.Until("the other question", func() bool { return strings.Contains(h.Words(), "Upload again?") })
	h.Says("b.pdf is stored on the server already and has not changed since. Not as you ask now: kept for 30 days only, not permanently.")
}
