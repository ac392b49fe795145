package ui

import (
	"testing"

	"fyne.io/fyne/v2/storage"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestReceiptIsOfferedAtTheEnd of a drop, once its last file has ended and not before.
func TestReceiptIsOfferedAtTheEnd(t *testing.T) {
	ctl := viewtest.Busy()
	drop := core.Drop{ID: core.DropID(viewtest.Start().UnixNano()), Name: "box"}
	a, b := viewtest.Transfer(900, "a.pdf", 10, core.StateQueued), viewtest.Transfer(901, "b.pdf", 10, core.StateQueued)
	a.Drop, b.Drop = &drop, &drop
	ctl.OnSubmit = func([]core.Source, core.Options) (core.Submission, error) {
		return core.Submission{Queued: []core.TransferID{a.ID, b.ID}, Drop: drop}, nil
	}
	ctl.ScanResult = core.Scan{Sources: []core.Source{a.Source, b.Source}, Skipped: []core.Skipped{{Path: "/box/link", Reason: core.SkipSymlink}}}
	h := open(t, ctl, "en", "light")
	h.drop(storage.NewFileURI("/box"))
	h.Until("the notice", func() bool { return h.SaysNow("Added") })
	arrive := func(t core.Transfer) {
		h.w.apply(change{update: &core.Update{Changed: []core.Transfer{t}}, profile: h.w.profile, link: h.w.link})
	}
	a.State, a.Receipt = core.StateStored, &core.Receipt{FileID: "f", SHA256: "0a"}
	arrive(a)
	if h.SaysNow("Receipt") {
		t.Fatal("a receipt is offered while a file is under way")
	}
	b.State, b.Error = core.StateFailed, &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge}
	arrive(b)
	h.Says("All files have ended: 1 stored, 1 otherwise. · 1 skipped")

	ctl.StoredFiles = []core.Transfer{a, b}
	ctl.Drops = map[core.DropID]core.DropRecord{drop.ID: {Drop: drop, Skipped: []core.Skipped{{Path: "/box/link", Reason: core.SkipSymlink}}}}
	h.Tap("Receipt")
	h.Until("the receipt", func() bool { return h.SaysNow("Receipt: box") })
	for _, want := range []string{"1 stored", "a.pdf", "1 failed", "b.pdf", "1 left out", "/box/link · Link, not followed"} {
		h.Says(want)
	}
}
