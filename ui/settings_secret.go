package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
)

// secretField takes a secret. Where one is kept it says so and offers to
// replace it; what is kept is never shown, nor how long it is.
type secretField struct {
	*formEntry
	object *fyne.Container
	kept   *fyne.Container
}

func newSecretField(s *shell) *secretField {
	f := &secretField{formEntry: newSecretEntry("")}
	words := newCaption("••••••••••  "+s.text.s("settings.secret.kept"), colorMuted, sizeSmall)
	words.cut = true
	replace := newQuietButton(s.text.s("settings.secret.replace"), func() {
		f.showKept(false)
		s.win.Canvas().Focus(f.formEntry)
	})
	ground := newBox(colorSunken, theme.ColorNameInputBorder, sizes[theme.SizeNameInputRadius])
	f.kept = container.NewBorder(nil, nil, nil, outlined(replace), container.NewStack(ground, inset(8, 9, 8, 8, words)))
	f.kept.Hide()
	f.object = container.NewStack(f.kept, f.formEntry)
	return f
}

// showKept changes between what is kept and the entry for a new secret.
func (f *secretField) showKept(kept bool) {
	setVisible(f.kept, kept)
	setVisible(f.formEntry, !kept)
	f.object.Refresh()
}
