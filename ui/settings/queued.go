package settings

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// settleQueued asks what becomes of the files that are queued for the old server, if
// there are any and p has another one. then gets the answer. back is called if there
// is none, with an error, or with nil if the user doesn't want to save after all.
func (d *Dialog) settleQueued(p core.Profile, then func(view.Queued), back func(error)) {
	view.Async(d.host, func(ctx context.Context) (int, error) { return d.host.Controller.Bound(ctx, d.previous, p) }, func(n int, err error) {
		switch {
		case err != nil:
			back(err)
		case n == 0:
			then(view.QueuedWaits)
		default:
			d.askQueued(n, p, then, func() { back(nil) })
		}
	})
}

func (d *Dialog) askQueued(n int, p core.Profile, then func(view.Queued), back func()) {
	t := d.host.Text
	old, fresh := d.form.opened.IngesterURL, p.IngesterURL
	if core.SameServer(old, fresh) {
		old, fresh = d.form.opened.Auth.ClientID, p.Auth.ClientID
	}
	words := widgets.NewLabel(t.N("queued.text", n, wording.Args{"Old": wording.Plain(old), "New": wording.Plain(fresh)})+"\n\n"+t.S("queued.stays"), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	ask := dialog.NewCustomWithoutButtons(t.S("queued.title"), words, d.host.Win)
	answer := back
	button := func(key string, q view.Queued) *widgets.PushButton {
		return widgets.NewButton(t.S(key), func() {
			answer = func() { then(q) }
			ask.Hide()
		})
	}
	wait := button("queued.wait", view.QueuedWaits)
	wait.Importance = widget.HighImportance
	ask.SetButtons([]fyne.CanvasObject{widgets.NewButton(t.S("button.back"), ask.Hide), button("queued.cancel", view.QueuedCancelled), button("queued.move", view.QueuedMoves), wait})
	ask.Resize(fyne.NewSize(view.Within(d.host, 620, 0).Width, ask.MinSize().Height))
	view.Present(d.host, ask)
	ask.SetOnClosed(func() { answer() })
}
