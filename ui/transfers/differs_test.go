package transfers

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// A row whose file is not stored as asked has another icon and other words. Its
// details say what differs, and it can be made permanent.
func TestDifferingRow(t *testing.T) {
	x := core.Transfer{State: core.StateStored, Options: core.Options{Retention: core.RetentionPermanent}, Receipt: viewtest.DifferingReceipt()}
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
