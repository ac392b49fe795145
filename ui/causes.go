package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// retryFailed sends everything again that failed; where it failed for several
// causes it asks which.
func (v *transfersView) retryFailed() {
	switch all := v.model.causes(); len(all) {
	case 0:
	case 1:
		v.do(actRetry, all[0].ids)
	default:
		v.showCauses(all)
	}
}

// showCauses lists why transfers failed, each cause with a way to try again.
func (v *transfersView) showCauses(all []cause) {
	t := v.sh.text
	lines := container.New(stack{gap: 12})
	var d *dialog.CustomDialog
	left, total := len(all), 0
	for _, c := range all {
		total += len(c.ids)
		lines.Add(v.causeLine(c, func() {
			if left--; left == 0 {
				d.Hide()
			}
		}))
	}
	every := newButton(t.s("causes.all", args{"N": t.number(int64(total))}), func() {
		d.Hide()
		for _, c := range v.model.causes() {
			v.do(actRetry, c.ids)
		}
	})
	every.Importance = widget.HighImportance
	shut := newButton(t.s("button.close"), func() { d.Hide() })
	content := container.NewVScroll(lines)
	d = dialog.NewCustomWithoutButtons(t.s("causes.title"), content, v.sh.win)
	d.SetButtons([]fyne.CanvasObject{shut, every})
	d.Resize(within(v.sh, 560, 360))
	presentScroll(v.sh, d, content)
}

// causeLine is a cause, how many failed of it, what to do about it, and the
// button.
func (v *transfersView) causeLine(c cause, done func()) fyne.CanvasObject {
	t := v.sh.text
	sentence, advice := t.explain(c.err)
	if sentence == "" {
		sentence = t.s("state.failed")
	}
	words := newLabel(t.n("causes.line", len(c.ids), args{"Why": sentence}), theme.SizeNameText, widget.MediumImportance, true)
	hint := newLabel(advice, sizeSmall, widget.LowImportance, false)
	words.Wrapping, hint.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	var retry *quietButton
	retry = newQuietButton(t.s("action.retry"), func() {
		var failed []core.TransferID // some may be under way again
		for _, id := range c.ids {
			if r := v.model.Find(id); r != nil && r.state() == core.StateFailed {
				failed = append(failed, id)
			}
		}
		v.do(actRetry, failed)
		retry.Disable()
		retry.SetText(t.s("causes.done"))
		done()
	})
	return container.NewBorder(nil, nil, nil, container.NewVBox(outlined(retry)), container.New(stack{}, words, hint))
}
