package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
)

// Present shows a dialog that Escape closes.
func Present(host *Host, d dialog.Dialog) {
	d.Show()
	if host.Dialogs == nil {
		host.Dialogs = map[fyne.CanvasObject]dialog.Dialog{}
	}
	over := host.Win.Canvas().Overlays().Top()
	host.Dialogs[over] = d
	d.SetOnClosed(func() {
		delete(host.Dialogs, over)
		delete(host.Scrolls, over)
	})
}

// PresentScroll is Present for a dialog whose content the keys scroll.
func PresentScroll(host *Host, d dialog.Dialog, content *container.Scroll) {
	Present(host, d)
	host.Scrolling(content)
}

// Scrolling lets the keys scroll a part of what was just shown over the window,
// until end is called.
func (host *Host) Scrolling(content *container.Scroll) (end func()) {
	if host.Scrolls == nil {
		host.Scrolls = map[fyne.CanvasObject]*container.Scroll{}
	}
	over := host.Win.Canvas().Overlays().Top()
	host.Scrolls[over] = content
	return func() { delete(host.Scrolls, over) }
}

// Escape closes the top dialog. It reports whether there was one.
func (host *Host) Escape() bool {
	d, ok := host.Dialogs[host.Win.Canvas().Overlays().Top()]
	if ok {
		d.Hide()
	}
	return ok
}

// Back closes the top dialog, or else the settings. It reports whether there was
// anything to close.
func (host *Host) Back() bool {
	switch {
	case host.Escape():
	case host.Settings != nil:
		host.Settings.Leave()
	default:
		return false
	}
	return true
}
