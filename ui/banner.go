package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// banner says why nothing is sent until someone acts.
type banner struct {
	sh       *shell
	content  *fyne.Container
	sentence *caption
	advice   *label
	shown    *core.Error
}

func newBanner(s *shell, i *icons) *banner {
	b := &banner{sh: s}
	b.sentence = newCaption("", theme.ColorNameError, theme.SizeNameText)
	b.sentence.bold, b.sentence.cut = true, true
	b.advice = newLabel("", sizeSmall, widget.MediumImportance, false)
	b.advice.Truncation = fyne.TextTruncateEllipsis
	resume := newQuietButton(s.text.s("banner.resume"), func() { s.act(s.ctl.ResumeAll) })
	settings := newQuietButton(s.text.s("banner.settings"), func() { s.openSettings(tabFor(b.shown)) })
	details := newButton(s.text.s("action.details"), func() { s.failed(b.shown) })
	details.Importance = widget.LowImportance
	words := container.New(fixedWidth(240), container.New(stack{},
		b.sentence, container.New(insets{-8, -6, 0, -8}, b.advice)))
	icon := container.New(square(24), widget.NewIcon(i.get("warning", theme.ColorNameError)))
	row := container.New(&line{gap: 8, stretch: words, optional: []fyne.CanvasObject{details}},
		icon, words, details, outlined(settings), outlined(resume))
	b.content = container.NewStack(newBox(colorBadBg, theme.ColorNameError, 8), inset(12, 8, 12, 8, row))
	b.content.Hide()
	return b
}

// show says a halt, nil for none. It reports whether the banner came or went.
func (b *banner) show(halt *core.Error) bool {
	was := b.content.Visible()
	if halt != nil && halt != b.shown {
		sentence, advice := b.sh.text.explain(halt)
		b.sentence.set(b.sh.text.s("banner.halted", args{"Why": sentence}))
		b.advice.SetText(advice)
	}
	b.shown = halt
	setVisible(b.content, halt != nil)
	return was != (halt != nil)
}
