package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// secretField takes a secret. If one is saved it says so and offers to replace it; it
// shows neither the secret nor its length.
type secretField struct {
	*formEntry
	object *fyne.Container
	kept   *fyne.Container
}

func newSecretField(host *view.Host) *secretField {
	f := &secretField{formEntry: newSecretEntry("")}
	words := widgets.NewCaption("••••••••••  "+host.Text.S("settings.secret.kept"), widgets.ColorMuted, widgets.SizeSmall)
	words.Cut = true
	replace := widgets.NewQuietButton(host.Text.S("settings.secret.replace"), func() {
		f.showKept(false)
		host.Win.Canvas().Focus(f.formEntry)
	})
	ground := widgets.NewBox(widgets.ColorSunken, theme.ColorNameInputBorder, widgets.Sizes[theme.SizeNameInputRadius])
	f.kept = container.NewBorder(nil, nil, nil, widgets.Outlined(replace), container.NewStack(ground, widgets.Inset(8, 9, 8, 8, words)))
	f.kept.Hide()
	f.object = container.NewStack(f.kept, f.formEntry)
	return f
}

// showKept shows that a secret is saved, or the entry for a new one.
func (f *secretField) showKept(kept bool) {
	widgets.SetVisible(f.kept, kept)
	widgets.SetVisible(f.formEntry, !kept)
	f.object.Refresh()
}
