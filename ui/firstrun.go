package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// firstChoices are what the user can do in the first run.
type firstChoices struct {
	sandbox, connect, load func()
	saved                  []string // profiles that exist already, such as those of the command line
	use                    func(name string)
}

// newFirstRun is what the window shows while there is no profile. remind says that files
// can be added only after that, and whether those that were added are kept.
func newFirstRun(host *view.Host, c firstChoices) (page fyne.CanvasObject, remind func(kept bool)) {
	t := host.Text
	welcome := widgets.NewCaption(t.S("first.title"), theme.ColorNameForeground, theme.SizeNameHeadingText)
	welcome.Bold, welcome.Cut, welcome.Align = true, true, fyne.TextAlignCenter
	lead := widgets.NewLabel(t.S("first.text"), theme.SizeNameText, widget.LowImportance, false)
	lead.Wrapping, lead.Alignment = fyne.TextWrapWord, fyne.TextAlignCenter
	cards := container.New(&widgets.Tiles{Least: 220, Most: 3, Gap: 16},
		newChoiceCard(theme.ComputerIcon(), t.S("first.sandbox"), t.S("first.sandbox.text"), t.S("first.sandbox.do"), widget.MediumImportance, c.sandbox),
		newChoiceCard(theme.LoginIcon(), t.S("first.connect"), t.S("first.connect.text"), t.S("first.connect.do"), widget.HighImportance, c.connect),
		newChoiceCard(theme.FileIcon(), t.S("first.import"), t.S("first.import.text"), t.S("first.import.do"), widget.MediumImportance, c.load))
	parts := container.New(widgets.VBox{Gap: 16}, widgets.Inset(0, 24, 0, 0, welcome), lead)
	if len(c.saved) > 0 {
		parts.Add(newSavedProfiles(t, c))
	}
	parts.Add(cards)
	return container.NewVScroll(widgets.Inset(2, 2, 2, 2, parts)), func(kept bool) {
		key := "first.before"
		if kept {
			key = "first.kept"
		}
		lead.Restyle(t.S(key), widget.WarningImportance, true)
		parts.Refresh()
	}
}

// newSavedProfiles has a button for each profile that exists.
func newSavedProfiles(t *wording.Text, c firstChoices) fyne.CanvasObject {
	heading := widgets.NewCaption(t.S("first.saved"), theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	heading.Bold, heading.Cut = true, true
	names := container.New(&widgets.Tiles{Least: 200, Most: 3, Gap: 8})
	for _, name := range c.saved {
		names.Add(widgets.Outlined(widgets.NewQuietButton(name, func() { c.use(name) })))
	}
	return widgets.NewPanel(widgets.ColorSurface, container.New(widgets.VBox{Gap: 8}, heading, names))
}

// newChoiceCard is one way to begin: a symbol, what it is, and a button.
func newChoiceCard(icon fyne.Resource, title, words, do string, importance widget.Importance, on func()) fyne.CanvasObject {
	name := widgets.NewCaption(title, theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	name.Bold, name.Cut = true, true
	text := widgets.NewLabel(words, widgets.SizeSmall, widget.LowImportance, false)
	text.Wrapping = fyne.TextWrapWord
	var foot fyne.CanvasObject = widgets.Outlined(widgets.NewQuietButton(do, on))
	if importance == widget.HighImportance {
		button := widgets.NewButton(do, on)
		button.Importance = importance
		foot = button
	}
	symbol := widget.NewIcon(theme.NewPrimaryThemedResource(icon))
	about := widgets.Inset(-8, -6, -8, 0, text)
	body := container.New(widgets.VBox{Gap: 8, Grow: func() fyne.CanvasObject { return about }}, container.New(leading(28), symbol), name, about, foot)
	return widgets.NewPanel(widgets.ColorSurface, body)
}

// leading shows its object at one size, at the left.
type leading float32

// Layout implements fyne.Layout.
func (l leading) Layout(objects []fyne.CanvasObject, _ fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(fyne.NewSquareSize(float32(l)))
	}
}

// MinSize implements fyne.Layout.
func (l leading) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(float32(l)) }
