package ui

import (
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// receipts waits until every file of the newest drop has ended, and then offers its receipt.
type receipts struct {
	host    *view.Host
	notice  *view.Notice
	drop    core.Drop
	pending map[core.TransferID]struct{} // nil: nothing is waited for
	stored  int
	others  int // ended otherwise
	skipped int // left out by the scan
}

// watch waits for the files of a submission; skipped is how many things its scan left out.
// state tells where one stands now, "" for one
// that is not in the list yet.
func (e *receipts) watch(s core.Submission, skipped int, state func(core.TransferID) core.State) {
	if len(s.Queued) == 0 {
		return
	}
	if e.drop.ID != s.Drop.ID || e.pending == nil {
		e.drop, e.stored, e.others, e.skipped = s.Drop, 0, 0, 0
		e.pending = make(map[core.TransferID]struct{}, len(s.Queued))
	}
	e.skipped += skipped
	for _, id := range s.Queued {
		e.pending[id] = struct{}{}
	}
	for _, id := range s.Queued {
		e.take(id, state(id))
	}
	e.offer()
}

// updated takes over what has changed.
func (e *receipts) updated(u *core.Update) {
	if e.pending == nil {
		return
	}
	for i := range u.Changed {
		e.take(u.Changed[i].ID, u.Changed[i].State)
	}
	for _, id := range u.Removed {
		e.take(id, core.StateCancelled)
	}
	e.offer()
}

func (e *receipts) take(id core.TransferID, s core.State) {
	if _, waits := e.pending[id]; !waits || !s.Done() {
		return
	}
	delete(e.pending, id)
	if s == core.StateStored {
		e.stored++
	} else {
		e.others++
	}
}

// offer offers the receipt once nothing is waited for.
func (e *receipts) offer() {
	if len(e.pending) > 0 {
		return
	}
	e.pending = nil
	t, id := e.host.Text, e.drop.ID
	words := t.S("receipt.ended", wording.Args{"Stored": t.N("receipt.stored", e.stored)})
	if e.others > 0 {
		words = t.S("receipt.ended.others", wording.Args{"Stored": t.N("receipt.stored", e.stored), "Others": t.Number(int64(e.others))})
	}
	if e.skipped > 0 {
		words += " · " + t.N("drop.skipped", e.skipped)
	}
	e.notice.Show(theme.InfoIcon(), words, t.S("receipt.button"), func() { transfers.ShowReceipt(e.host, id) })
}

// stateOf is where a transfer stands, "" for one that is not in the list yet.
func (w *Window) stateOf(id core.TransferID) core.State {
	if r := w.model.Find(id); r != nil {
		return r.State()
	}
	return ""
}
