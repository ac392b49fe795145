package ui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// recoveredBar says what became of a queue that was damaged, until it is put
// away: the list may be shorter than it was, and looks like any.
type recoveredBar struct {
	sh       *shell
	content  *fyne.Container
	sentence *caption
	advice   *label
	look     fyne.CanvasObject // looks through the folders; where it has no room, the details do
	left     []core.Recovery   // to be told, the first of them is shown
	open     func(paths []string)
	changed  func() // it came or went
}

func newRecoveredBar(s *shell, i *icons, open func(paths []string), changed func()) *recoveredBar {
	b := &recoveredBar{sh: s, open: open, changed: changed}
	b.sentence = newCaption("", theme.ColorNameError, theme.SizeNameText)
	b.sentence.bold, b.sentence.cut = true, true
	b.advice = newLabel("", sizeSmall, widget.MediumImportance, false)
	b.advice.Truncation = fyne.TextTruncateEllipsis
	b.look = outlined(newQuietButton(s.text.s("recovered.look"), func() { b.ask(b.left[0].Folders) }))
	details := newButton(s.text.s("action.details"), func() { b.details(b.left[0]) })
	details.Importance = widget.LowImportance
	dismiss := newIconButton(s.text.s("button.close"), theme.CancelIcon(), b.dismiss)
	dismiss.Importance = widget.LowImportance
	words := container.New(fixedWidth(240), container.New(stack{},
		b.sentence, container.New(insets{-8, -6, 0, -8}, b.advice)))
	icon := container.New(square(24), widget.NewIcon(i.get("warning", theme.ColorNameError)))
	row := container.New(&line{gap: 8, stretch: words, optional: []fyne.CanvasObject{b.look}}, icon, words, details, b.look, dismiss)
	b.content = container.NewStack(newBox(colorBadBg, theme.ColorNameError, 8), inset(12, 8, 8, 8, row))
	b.content.Hide()
	return b
}

// read asks what there is to tell.
func (b *recoveredBar) read() {
	async(b.sh, b.sh.ctl.Recoveries, func(found []core.Recovery, err error) {
		if err != nil {
			b.sh.failed(err)
			return
		}
		b.left = found
		b.show()
	})
}

func (b *recoveredBar) show() {
	if len(b.left) > 0 {
		r := b.left[0]
		b.sentence.set(recovered(b.sh.text, r))
		b.advice.SetText(b.sh.text.s("recovered.kept", args{"Saved": b.sh.text.n("count.entries", r.Saved()), "Path": plain(r.Path)}))
		setVisible(b.look, len(r.Folders) > 0)
	}
	setVisible(b.content, len(b.left) > 0)
	b.changed()
}

// recovered says in a sentence what was lost.
func recovered(t *text, r core.Recovery) string {
	fill := args{"Lost": t.n("count.entries", r.Lost())}
	switch {
	case r.Complete():
		return t.s("recovered.whole")
	case r.Lost() == 0:
		return t.s("recovered.perhaps")
	case r.Uncounted:
		return t.s("recovered.atleast", fill)
	}
	return t.s("recovered.part", fill)
}

func (b *recoveredBar) details(r core.Recovery) {
	t := b.sh.text
	count := func(n int) string { return t.n("count.entries", n) }
	folders := make([]string, len(r.Folders))
	for i, dir := range r.Folders {
		folders[i] = plain(dir)
	}
	var more []fyne.CanvasObject
	if len(r.Folders) > 0 {
		more = append(more, newButton(t.s("recovered.look"), func() {
			b.sh.escape()
			b.ask(r.Folders)
		}))
	}
	showFacts(b.sh, recovered(t, r), []fact{
		{t.s("recovered.queued"), count(r.Queued)}, {t.s("recovered.stored"), count(r.Stored)},
		{t.s("recovered.asked"), count(r.Asked)},
		{t.s("recovered.lost_queued"), count(r.LostQueued)}, {t.s("recovered.lost_stored"), count(r.LostStored)},
		{t.s("recovered.path"), plain(r.Path)}, {t.s("recovered.folders"), strings.Join(folders, "\n")}, {t.s("fact.cause"), plain(r.Cause)},
	}, more...)
}

// ask looks through folders once the user knows where that sends what is found:
// what was lost may have been meant for another server, and may be there.
func (b *recoveredBar) ask(folders []string) {
	t, dirs := b.sh.text, make([]string, len(folders))
	for i, dir := range folders {
		dirs[i] = plain(dir)
	}
	ask(b.sh, t.s("recovered.look"), t.s("recovered.sends", args{"Profile": plain(b.sh.ctl.Current()), "Folders": strings.Join(dirs, "\n")}),
		t.s("recovered.look"), func() { b.open(folders) })
}

// dismiss puts away what is shown, for good.
func (b *recoveredBar) dismiss() {
	path := b.left[0].Path
	async(b.sh, func(ctx context.Context) (struct{}, error) { return struct{}{}, b.sh.ctl.Acknowledge(ctx, path) },
		func(_ struct{}, err error) {
			if err != nil {
				b.sh.failed(err)
				return
			}
			b.read()
		})
}
