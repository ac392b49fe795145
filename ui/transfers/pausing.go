package transfers

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// pause pauses transfers.
func (v *View) pause(ids []core.TransferID) {
	c := v.host.Controller
	AskPause(v.host, v.model.CostOf(ids),
		func(ctx context.Context) error { return c.Pause(ctx, ids...) },
		func(ctx context.Context) error { return c.PauseAfter(ctx, ids...) })
}

// AskPause pauses. If that costs something, it says so before, and offers to let what
// is being sent come to its end.
func AskPause(host *view.Host, cost queue.Cost, now, after func(context.Context) error) {
	if !cost.Matters() {
		host.Act(now)
		return
	}
	t := host.Text
	finish, means := t.S("pause.after.many"), t.S("pause.after.text.many")
	if cost.Files+cost.Doubtful == 1 {
		finish, means = t.S("pause.after.one"), t.S("pause.after.text.one")
	}
	label := widget.NewLabel(CostWords(t, cost) + "\n" + means)
	label.Wrapping = fyne.TextWrapWord
	view.Choose(host, t.S("pause.title"), label,
		view.Answer{Words: t.S("button.back"), Do: func() {}},
		view.Answer{Words: t.S("pause.now"), Do: func() { host.Act(now) }},
		view.Answer{Words: finish, Do: func() { host.Act(after) }})
}

// CostWords says what stopping costs, "" for nothing worth a word.
func CostWords(t *wording.Text, cost queue.Cost) string {
	words := ""
	if cost.Bytes > 0 {
		words = t.N("pause.cost", cost.Files, wording.Args{"Size": t.Size(cost.Bytes)})
	}
	if cost.Doubtful > 0 {
		if words != "" {
			words += "\n"
		}
		words += t.N("pause.doubt", cost.Doubtful)
	}
	return words
}
