package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/assets"
)

// AppIcon is the program's icon, for the window, the taskbar and the tray.
func AppIcon() fyne.Resource { return asset("ingester-256.png") }

// asset reads a file of assets/icons. They are embedded, so a missing one is a
// mistake in this package, which a test finds.
func asset(name string) fyne.Resource {
	content, err := assets.Icons.ReadFile("icons/" + name)
	if err != nil {
		return theme.BrokenImageIcon()
	}
	return fyne.NewStaticResource(name, content)
}

// icons are the symbols of the window in their own colours, made once each.
type icons struct {
	plain  map[string]fyne.Resource
	tinted map[tint]fyne.Resource
}

type tint struct {
	name  string
	color fyne.ThemeColorName
}

func newIcons() *icons {
	return &icons{tinted: map[tint]fyne.Resource{}, plain: map[string]fyne.Resource{
		"queued": asset("queued.svg"), "sending": asset("sending.svg"), "checking": asset("checking.svg"),
		"unknown": asset("unknown.svg"), "metrics": asset("metrics.svg"), "log": asset("log.svg"),
		"waiting": theme.ViewRefreshIcon(), "paused": theme.MediaPauseIcon(), "stored": theme.ConfirmIcon(),
		"failed": theme.CancelIcon(), "cancelled": theme.ContentRemoveIcon(), "history": theme.HistoryIcon(),
		"pause": theme.MediaPauseIcon(), "resume": theme.MediaPlayIcon(), "retry": theme.ViewRefreshIcon(),
		"cancel": theme.CancelIcon(), "more": theme.MoreHorizontalIcon(), "warning": theme.WarningIcon(),
	}}
}

// get returns a symbol in a theme colour.
func (i *icons) get(name string, color fyne.ThemeColorName) fyne.Resource {
	key := tint{name, color}
	if r, ok := i.tinted[key]; ok {
		return r
	}
	r := theme.NewColoredResource(i.plain[name], color)
	i.tinted[key] = r
	return r
}
