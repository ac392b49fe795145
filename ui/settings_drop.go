package ui

import (
	"context"

	"fyne.io/fyne/v2/widget"
)

// profileExtension is the ending of profile files.
const profileExtension = ".toml"

// dropped takes files that were dropped on the window while the dialog is
// open. A drop has no place that could be relied on, so every file goes into
// the field that its kind belongs to.
func (d *settingsDialog) dropped(paths []string) {
	if d.saving {
		return
	}
	async(d.s, func(context.Context) ([]fileKind, error) {
		kinds := make([]fileKind, len(paths))
		for i, path := range paths {
			kinds[i] = kindOf(path)
		}
		return kinds, nil
	}, func(kinds []fileKind, _ error) {
		if d.s.settings != d {
			return // closed meanwhile
		}
		taken := false
		for i, path := range paths {
			taken = d.certificates.take(path, kinds[i]) || taken
		}
		if !taken {
			d.say(d.s.text.s("settings.drop.other"), widget.LowImportance)
			return
		}
		d.selectTab(tabCertificates)
		d.certificates.inspect()
	})
}
