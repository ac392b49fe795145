package ui

import (
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// If files that are stored as temporary ones are dropped again as permanent ones,
// they can be made so, or else uploaded again.
func TestStoredForATimeIsAskedFor(t *testing.T) {
	ctl := viewtest.NewFake()
	x := viewtest.Transfer(1, "b.pdf", 100, core.StateStored)
	x.Receipt = &core.Receipt{FileID: "id-1"}
	x.Options = core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30}
	ctl.StoredFiles = []core.Transfer{x}
	ctl.ScanResult = core.Scan{Sources: []core.Source{x.Source}}
	ctl.OnSubmit = func(_ []core.Source, o core.Options) (core.Submission, error) {
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
