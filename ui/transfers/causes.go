package transfers

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// RetryFailed retries all failed transfers. If they failed for several causes it
// asks which ones.
func (v *View) RetryFailed() {
	switch all := v.model.Causes(); len(all) {
	case 0:
	case 1:
		v.do(queue.ActRetry, all[0].IDs)
	default:
		v.showCauses(all)
	}
}

// showCauses lists why transfers failed, with a button to retry those of each
// cause.
func (v *View) showCauses(all []queue.Cause) {
	t := v.host.Text
	lines := container.New(widgets.VBox{Gap: 12})
	var d *dialog.CustomDialog
	left, total := len(all), 0
	for _, c := range all {
		total += len(c.IDs)
		lines.Add(v.causeLine(c, func() {
			if left--; left == 0 {
				d.Hide()
			}
		}))
	}
	every := widgets.NewButton(t.S("causes.all", wording.Args{"N": t.Number(int64(total))}), func() {
		d.Hide()
		for _, c := range v.model.Causes() {
			v.do(queue.ActRetry, c.IDs)
		}
	})
	every.Importance = widget.HighImportance
	shut := widgets.NewButton(t.S("button.close"), func() { d.Hide() })
	content := container.NewVScroll(lines)
	d = dialog.NewCustomWithoutButtons(t.S("causes.title"), content, v.host.Win)
	d.SetButtons([]fyne.CanvasObject{shut, every})
	d.Resize(view.Within(v.host, 560, 360))
	view.PresentScroll(v.host, d, content)
}

// causeLine says a cause, how many transfers failed for it, and what to do, with
// the button to retry them. done is called when it was pressed.
func (v *View) causeLine(c queue.Cause, done func()) fyne.CanvasObject {
	t := v.host.Text
	sentence, advice := t.Explain(c.Err)
	if sentence == "" {
		sentence = t.S("state.failed")
	}
	words := widgets.NewLabel(t.N("causes.line", len(c.IDs), wording.Args{"Why": sentence}), theme.SizeNameText, widget.MediumImportance, true)
	hint := widgets.NewLabel(advice, widgets.SizeSmall, widget.LowImportance, false)
	words.Wrapping, hint.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	var retry *widgets.QuietButton
	retry = widgets.NewQuietButton(t.S("action.retry"), func() {
		var failed []core.TransferID // some may be under way again
		for _, id := range c.IDs {
			if r := v.model.Find(id); r != nil && r.State() == core.StateFailed {
				failed = append(failed, id)
			}
		}
		v.do(queue.ActRetry, failed)
		retry.Disable()
		retry.SetText(t.S("causes.done"))
		done()
	})
	return container.NewBorder(nil, nil, nil, container.NewVBox(widgets.Outlined(retry)), container.New(widgets.VBox{}, words, hint))
}
