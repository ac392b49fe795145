package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// recoveredBar says what was saved of a damaged queue, until it is dismissed. Otherwise
// nobody would see that the list is shorter than it was.
type recoveredBar struct {
	host     *view.Host
	content  *fyne.Container
	sentence *widgets.Caption
	advice   *widgets.Label
	look     fyne.CanvasObject // the button that scans the folders; the details have one too
	left     []core.Recovery   // not dismissed yet; the first is shown
	open     func(paths []string)
	changed  func() // called when the bar may have been shown or hidden
}

func newRecoveredBar(host *view.Host, i *widgets.Icons, open func(paths []string), changed func()) *recoveredBar {
	b := &recoveredBar{host: host, open: open, changed: changed}
	b.sentence = widgets.NewCaption("", theme.ColorNameError, theme.SizeNameText)
	b.sentence.Bold, b.sentence.Cut = true, true
	b.advice = widgets.NewLabel("", widgets.SizeSmall, widget.MediumImportance, false)
	b.advice.Truncation = fyne.TextTruncateEllipsis
	b.look = widgets.Outlined(widgets.NewQuietButton(host.Text.S("recovered.look"), func() { b.ask(b.left[0].Folders) }))
	details := widgets.NewButton(host.Text.S("action.details"), func() { b.details(b.left[0]) })
	details.Importance = widget.LowImportance
	dismiss := widgets.NewIconButton(host.Text.S("button.close"), theme.CancelIcon(), b.dismiss)
	dismiss.Importance = widget.LowImportance
	words := container.New(widgets.FixedWidth(240), container.New(widgets.VBox{},
		b.sentence, widgets.Inset(-8, -6, 0, -8, b.advice)))
	icon := container.New(widgets.Square(24), widget.NewIcon(i.Get("warning", theme.ColorNameError)))
	row := container.New(&widgets.HBox{Gap: 8, Stretch: words, Optional: []fyne.CanvasObject{b.look}}, icon, words, details, b.look, dismiss)
	b.content = container.NewStack(widgets.NewBox(widgets.ColorBadBg, theme.ColorNameError, 8), widgets.Inset(12, 8, 8, 8, row))
	b.content.Hide()
	return b
}

// read reads what was recovered.
func (b *recoveredBar) read() {
	view.Async(b.host, b.host.Controller.Recoveries, func(found []core.Recovery, err error) {
		if err != nil {
			b.host.Failed(err)
			return
		}
		b.left = found
		b.show()
	})
}

func (b *recoveredBar) show() {
	if len(b.left) > 0 {
		r := b.left[0]
		b.sentence.Set(recovered(b.host.Text, r))
		b.advice.SetText(b.host.Text.S("recovered.kept", wording.Args{"Saved": b.host.Text.N("count.entries", r.Saved()), "Path": wording.Plain(r.Path)}))
		widgets.SetVisible(b.look, len(r.Folders) > 0)
	}
	widgets.SetVisible(b.content, len(b.left) > 0)
	b.changed()
}

// recovered says in a sentence what was lost.
func recovered(t *wording.Text, r core.Recovery) string {
	fill := wording.Args{"Lost": t.N("count.entries", r.Lost())}
	switch {
	case r.Complete():
		return t.S("recovered.whole")
	case r.Lost() == 0:
		return t.S("recovered.perhaps")
	case r.Uncounted:
		return t.S("recovered.atleast", fill)
	}
	return t.S("recovered.part", fill)
}

func (b *recoveredBar) details(r core.Recovery) {
	t := b.host.Text
	count := func(n int) string { return t.N("count.entries", n) }
	folders := make([]string, len(r.Folders))
	for i, dir := range r.Folders {
		folders[i] = wording.Plain(dir)
	}
	var more []fyne.CanvasObject
	if len(r.Folders) > 0 {
		more = append(more, widgets.NewButton(t.S("recovered.look"), func() {
			b.host.Escape()
			b.ask(r.Folders)
		}))
	}
	view.ShowFacts(b.host, recovered(t, r), []wording.Fact{
		{Name: t.S("recovered.queued"), Value: count(r.Queued)}, {Name: t.S("recovered.stored"), Value: count(r.Stored)},
		{Name: t.S("recovered.asked"), Value: count(r.Asked)},
		{Name: t.S("recovered.lost_queued"), Value: count(r.LostQueued)}, {Name: t.S("recovered.lost_stored"), Value: count(r.LostStored)},
		{Name: t.S("recovered.path"), Value: wording.Plain(r.Path)}, {Name: t.S("recovered.folders"), Value: strings.Join(folders, "\n")}, {Name: t.S("fact.cause"), Value: wording.Plain(r.Cause)},
	}, more...)
}

// ask says where files found in the folders will be sent and scans the folders if the user
// agrees. What was lost may have been for another server, and may be there already.
func (b *recoveredBar) ask(folders []string) {
	t, dirs := b.host.Text, make([]string, len(folders))
	for i, dir := range folders {
		dirs[i] = wording.Plain(dir)
	}
	view.Ask(b.host, t.S("recovered.look"), t.S("recovered.sends", wording.Args{"Profile": wording.Plain(b.host.Controller.Current()), "Folders": strings.Join(dirs, "\n")}),
		t.S("recovered.look"), func() { b.open(folders) })
}

// dismiss hides the bar for this queue for good.
func (b *recoveredBar) dismiss() {
	path := b.left[0].Path
	view.Async(b.host, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.host.Controller.Acknowledge(ctx, path)
	},
		func(_ struct{}, err error) {
			if err != nil {
				b.host.Failed(err)
				return
			}
			b.read()
		})
}
