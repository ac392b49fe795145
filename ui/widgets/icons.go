package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/assets"
)

// AppIcon is the program's icon, for the window, the taskbar and the tray.
func AppIcon() fyne.Resource { return Asset("ingester-256.png") }

// Asset reads a file of assets/icons. The files are embedded: if one is missing,
// this package is wrong, and a test finds it.
func Asset(name string) fyne.Resource {
	content, err := assets.Icons.ReadFile("icons/" + name)
	if err != nil {
		return theme.BrokenImageIcon()
	}
	return fyne.NewStaticResource(name, content)
}

// Icons are the symbols of the window. Each is coloured once and kept.
type Icons struct {
	Plain  map[string]fyne.Resource
	tinted map[tint]fyne.Resource
}

type tint struct {
	name  string
	color fyne.ThemeColorName
}

// NewIcons returns all symbols.
func NewIcons() *Icons {
	return &Icons{tinted: map[tint]fyne.Resource{}, Plain: map[string]fyne.Resource{
		"queued": Asset("queued.svg"), "sending": Asset("sending.svg"), "checking": Asset("checking.svg"),
		"unknown": Asset("unknown.svg"), "metrics": Asset("metrics.svg"), "log": Asset("log.svg"),
		"waiting": theme.ViewRefreshIcon(), "paused": theme.MediaPauseIcon(), "stored": theme.ConfirmIcon(),
		"failed": theme.CancelIcon(), "cancelled": theme.ContentRemoveIcon(), "history": theme.HistoryIcon(),
		"pause": theme.MediaPauseIcon(), "resume": theme.MediaPlayIcon(), "retry": theme.ViewRefreshIcon(),
		"cancel": theme.CancelIcon(), "more": theme.MoreHorizontalIcon(), "warning": theme.WarningIcon(), "decide": theme.QuestionIcon(),
	}}
}

// Get returns a symbol in a theme colour.
func (i *Icons) Get(name string, color fyne.ThemeColorName) fyne.Resource {
	key := tint{name, color}
	if r, ok := i.tinted[key]; ok {
		return r
	}
	r := theme.NewColoredResource(i.Plain[name], color)
	i.tinted[key] = r
	return r
}
