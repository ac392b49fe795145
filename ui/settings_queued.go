package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// settleQueued asks what becomes of what is queued for where the profile led,
// if there is any and p leads elsewhere. then gets the answer, back is called
// when there is none: the user thinks again, or an error says why.
func (d *settingsDialog) settleQueued(p core.Profile, then func(Queued), back func(error)) {
	async(d.s, func(ctx context.Context) (int, error) { return d.s.ctl.Bound(ctx, d.previous, p) }, func(n int, err error) {
		switch {
		case err != nil:
			back(err)
		case n == 0:
			then(QueuedWaits)
		default:
			d.askQueued(n, p, then, func() { back(nil) })
		}
	})
}

func (d *settingsDialog) askQueued(n int, p core.Profile, then func(Queued), back func()) {
	t := d.s.text
	old, fresh := d.form.opened.IngesterURL, p.IngesterURL
	if core.SameServer(old, fresh) {
		old, fresh = d.form.opened.Auth.ClientID, p.Auth.ClientID
	}
	words := newLabel(t.n("queued.text", n, args{"Old": plain(old), "New": plain(fresh)})+"\n\n"+t.s("queued.stays"), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	ask := dialog.NewCustomWithoutButtons(t.s("queued.title"), words, d.s.win)
	answer := back
	button := func(key string, q Queued) *pushButton {
		return newButton(t.s(key), func() {
			answer = func() { then(q) }
			ask.Hide()
		})
	}
	wait := button("queued.wait", QueuedWaits)
	wait.Importance = widget.HighImportance
	ask.SetButtons([]fyne.CanvasObject{newButton(t.s("button.back"), ask.Hide), button("queued.cancel", QueuedEnds), button("queued.move", QueuedMoves), wait})
	ask.Resize(fyne.NewSize(within(d.s, 620, 0).Width, ask.MinSize().Height))
	present(d.s, ask)
	ask.SetOnClosed(func() { answer() })
}
