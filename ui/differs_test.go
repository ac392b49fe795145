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

// Each difference is said in words of its own, in both languages.
func TestDifferencesAreSaid(t *testing.T) {
	for _, tt := range []struct {
		d      core.Difference
		days   int
		en, ru string
	}{
		{core.Difference{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, 30, "kept for 30 days only, not permanently", "хранится только 30 дней, а не постоянно"},
		{core.Difference{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, 0, "kept for a time only, not permanently", "хранится только временно, а не постоянно"},
		{core.Difference{Field: core.FieldRetention, Asked: "temporary", Got: "permanent"}, 0, "kept permanently, not for a time", "хранится постоянно, а не временно"},
		{core.Difference{Field: core.FieldRetention, Asked: "temporary", Got: "archive"}, 0, "kept as “archive”", "хранится как «archive»"},
		{core.Difference{Field: core.FieldTTLDays, Asked: "7", Got: "1"}, 1, "kept for 1 day, not 7 days", "хранится 1 день вместо 7 дней"},
		{core.Difference{Field: core.FieldName, Asked: "ä", Got: "a\u202ex"}, 0, "named “a␣x” there", "там он называется «a␣x»"},
		{core.Difference{Field: core.FieldTags}, 0, "without some of the tags", "без части меток"},
		{core.Difference{Field: core.FieldDescription}, 0, "with another description", "с другим описанием"},
		{core.Difference{Field: core.FieldMetadata}, 0, "with other metadata", "с другими метаданными"},
	} {
		for language, want := range map[string]string{"en": tt.en, "ru": tt.ru} {
			if got := viewtest.Spaced(viewtest.Speaking(t, language).Difference(tt.d, tt.days)); got != want {
				t.Errorf("%+v: %q, want %q", tt.d, got, want)
			}
		}
	}
	end := core.Difference{Field: core.FieldExpires, Got: viewtest.Start().Format(time.RFC3339)}
	if got := viewtest.English(t).Difference(end, 0); got != "kept until "+viewtest.Start().Local().Format("2006-01-02 15:04:05")+" only, not permanently" {
		t.Errorf("%q", got)
	}
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
