package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// firstChoices are the ways out of the first run.
type firstChoices struct {
	sandbox, connect, load func()
	saved                  []string // profiles that are there already, as of the command line
	use                    func(name string)
}

// newFirstRun is what the window shows while there is no profile. remind asks
// whoever adds files to choose first.
func newFirstRun(s *shell, c firstChoices) (page fyne.CanvasObject, remind func()) {
	t := s.text
	welcome := newCaption(t.s("first.title"), theme.ColorNameForeground, theme.SizeNameHeadingText)
	welcome.bold, welcome.cut, welcome.align = true, true, fyne.TextAlignCenter
	lead := newLabel(t.s("first.text"), theme.SizeNameText, widget.LowImportance, false)
	lead.Wrapping, lead.Alignment = fyne.TextWrapWord, fyne.TextAlignCenter
	cards := container.New(&tiles{least: 220, most: 3, gap: 16},
		newChoiceCard(theme.ComputerIcon(), t.s("first.sandbox"), t.s("first.sandbox.text"), t.s("first.sandbox.do"), widget.MediumImportance, c.sandbox),
		newChoiceCard(theme.LoginIcon(), t.s("first.connect"), t.s("first.connect.text"), t.s("first.connect.do"), widget.HighImportance, c.connect),
		newChoiceCard(theme.FileIcon(), t.s("first.import"), t.s("first.import.text"), t.s("first.import.do"), widget.MediumImportance, c.load))
	parts := container.New(stack{gap: 16}, inset(0, 24, 0, 0, welcome), lead)
	if len(c.saved) > 0 {
		parts.Add(newSavedProfiles(t, c))
	}
	parts.Add(cards)
	return container.NewVScroll(inset(2, 2, 2, 2, parts)), func() {
		lead.restyle(t.s("first.before"), widget.WarningImportance, true)
		parts.Refresh()
	}
}

// newSavedProfiles has a button for each profile that is there to be used.
func newSavedProfiles(t *text, c firstChoices) fyne.CanvasObject {
	heading := newCaption(t.s("first.saved"), theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	heading.bold, heading.cut = true, true
	names := container.New(&tiles{least: 200, most: 3, gap: 8})
	for _, name := range c.saved {
		names.Add(outlined(newQuietButton(name, func() { c.use(name) })))
	}
	return newPanel(colorSurface, container.New(stack{gap: 8}, heading, names))
}

// newChoiceCard is one way to begin: a symbol, what it is, and a button.
func newChoiceCard(icon fyne.Resource, title, words, do string, importance widget.Importance, on func()) fyne.CanvasObject {
	name := newCaption(title, theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	name.bold, name.cut = true, true
	text := newLabel(words, sizeSmall, widget.LowImportance, false)
	text.Wrapping = fyne.TextWrapWord
	var foot fyne.CanvasObject = outlined(newQuietButton(do, on))
	if importance == widget.HighImportance {
		button := newButton(do, on)
		button.Importance = importance
		foot = button
	}
	symbol := widget.NewIcon(theme.NewPrimaryThemedResource(icon))
	about := container.New(insets{-8, -6, -8, 0}, text)
	body := container.New(stack{gap: 8, grow: func() fyne.CanvasObject { return about }}, container.New(leading(28), symbol), name, about, foot)
	return newPanel(colorSurface, body)
}

// leading gives its object one size, at the left.
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
