package settings

import (
	"context"

	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
)

// Dropped takes files that were dropped on the window while the dialog is open. The
// place of a drop can't be relied on, so each file goes into the field for its kind.
func (d *Dialog) Dropped(paths []string) {
	if d.saving {
		return
	}
	view.Async(d.host, func(context.Context) ([]fileKind, error) {
		kinds := make([]fileKind, len(paths))
		for i, path := range paths {
			kinds[i] = kindOf(path)
		}
		return kinds, nil
	}, func(kinds []fileKind, _ error) {
		if d.host.Settings != d {
			return // closed meanwhile
		}
		taken := false
		for i, path := range paths {
			taken = d.certificates.take(path, kinds[i]) || taken
		}
		if !taken {
			d.Say(d.host.Text.S("settings.drop.other"), widget.LowImportance)
			return
		}
		d.selectTab(view.TabCertificates)
		d.certificates.inspect()
	})
}
