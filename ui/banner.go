package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// banner says why nothing is sent until the user does something.
type banner struct {
	host     *view.Host
	content  *fyne.Container
	sentence *widgets.Caption
	advice   *widgets.Label
	shown    *core.Error
}

func newBanner(host *view.Host, i *widgets.Icons) *banner {
	b := &banner{host: host}
	b.sentence = widgets.NewCaption("", theme.ColorNameError, theme.SizeNameText)
	b.sentence.Bold, b.sentence.Cut = true, true
	b.advice = widgets.NewLabel("", widgets.SizeSmall, widget.MediumImportance, false)
	b.advice.Truncation = fyne.TextTruncateEllipsis
	try := widgets.NewQuietButton(host.Text.S("action.try_now"), func() { host.Act(host.Controller.Lift) })
	settings := widgets.NewQuietButton(host.Text.S("banner.settings"), func() { host.OpenSettings(view.TabFor(b.shown)) })
	details := widgets.NewButton(host.Text.S("action.details"), func() { host.Failed(b.shown) })
	details.Importance = widget.LowImportance
	words := container.New(widgets.FixedWidth(240), container.New(widgets.VBox{},
		b.sentence, widgets.Inset(-8, -6, 0, -8, b.advice)))
	icon := container.New(widgets.Square(24), widget.NewIcon(i.Get("warning", theme.ColorNameError)))
	row := container.New(&widgets.HBox{Gap: 8, Stretch: words, Optional: []fyne.CanvasObject{details}},
		icon, words, details, widgets.Outlined(settings), widgets.Outlined(try))
	b.content = container.NewStack(widgets.NewBox(widgets.ColorBadBg, theme.ColorNameError, 8), widgets.Inset(12, 8, 12, 8, row))
	b.content.Hide()
	return b
}

// show shows why nothing is sent, or hides the banner for nil. A profile that is not the
// current one is named. It reports whether the banner was shown or hidden.
func (b *banner) show(halt *core.Halt, current string) bool {
	was := b.content.Visible()
	b.shown = nil
	if halt != nil {
		b.shown = halt.Reason
		sentence, advice := b.host.Text.Explain(halt.Reason)
		key := "banner.halted"
		if halt.Profile != "" && halt.Profile != current {
			key = "banner.halted_of"
		}
		b.sentence.Set(b.host.Text.S(key, wording.Args{"Why": sentence, "Profile": wording.Plain(halt.Profile)}))
		if b.advice.Text != advice {
			b.advice.SetText(advice)
		}
	}
	widgets.SetVisible(b.content, halt != nil)
	return was != (halt != nil)
}
