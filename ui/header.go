package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// header is the bar at the top with the profile, the connection and buttons.
type header struct {
	host     *view.Host
	content  *fyne.Container
	profile  *widgets.PushButton
	state    *widgets.Pill
	dot      *widgets.Box
	secured  *widgets.Pill
	pause    *widgets.QuietButton
	add      *widgets.PushButton
	settings *widgets.IconButton
	link     core.Link
	paused   bool
	pauseAll func()
	// Called by the menu of profiles.
	onNew, onImport, onSandbox func()
}

const headerHeight = 56

func newHeader(host *view.Host) *header {
	h := &header{host: host}
	h.profile = widgets.NewButtonWithIcon("Ingester", theme.MenuDropDownIcon(), h.showProfiles)
	h.profile.IconPlacement = widget.ButtonIconTrailingText
	h.profile.Importance = widget.LowImportance
	h.state = widgets.NewPill("", widgets.ColorMuted, widgets.ColorSunken)
	h.dot = widgets.NewBox(widgets.ColorMuted, "", 4)
	h.state.Objects[1] = widgets.Inset(10, 2, 10, 3, container.New(&widgets.HBox{Gap: 6},
		container.New(widgets.Square(8), h.dot), h.state.Words))
	h.secured = widgets.NewPill("", widgets.ColorMuted, widgets.ColorSunken)
	h.pause = widgets.NewQuietButtonWithIcon(host.Text.S("header.pause"), theme.MediaPauseIcon(), h.togglePause)
	h.add = widgets.NewButtonWithIcon(host.Text.S("header.add"), theme.ContentAddIcon(), nil)
	h.add.Importance = widget.HighImportance
	h.settings = widgets.NewIconButton(host.Text.S("banner.settings"), theme.SettingsIcon(), func() { host.OpenSettings(view.TabServer) })
	state := widgets.NewTapArea(h.state.Container, h.tapState)
	pause := widgets.Outlined(h.pause)
	bar := container.New(&widgets.HBox{Gap: 12, Height: headerHeight - 1, Spring: pause, Optional: []fyne.CanvasObject{h.secured.Container, state}},
		h.profile, state, h.secured.Container, pause, h.add, widgets.Outlined(h.settings))
	h.content = widgets.NewRuled(widgets.EdgeBottom, widgets.ColorSurface, widgets.Inset(8, 0, 16, 0, bar))
	h.showLink(core.Link{State: core.LinkUnknown})
	return h
}

// showProfile names the current profile.
func (h *header) showProfile(name string) {
	if name == "" {
		name = h.host.Text.S("header.no_profile")
	}
	if h.profile.Text != name {
		h.profile.SetText(name)
		h.content.Refresh()
	}
}

// showLink says how the connection is.
func (h *header) showLink(l core.Link) {
	if h.link == l && h.state.Words.Words != "" {
		return
	}
	h.link = l
	t := h.host.Text
	switch l.State {
	case core.LinkUp:
		h.dot.Set(widgets.ColorGood, "")
		h.state.Set(t.S("link.up"), widgets.ColorGood, widgets.ColorGoodBg)
	case core.LinkUnready:
		h.dot.Set(theme.ColorNameWarning, "")
		h.state.Set(t.S("link.unready"), theme.ColorNameWarning, widgets.ColorWarnBg)
	case core.LinkFailed:
		h.dot.Set(theme.ColorNameError, "")
		h.state.Set(t.S(failedKey(l.Err)), theme.ColorNameError, widgets.ColorBadBg)
	default:
		h.dot.Set(widgets.ColorMuted, "")
		h.state.Set(t.S("link.unknown"), widgets.ColorMuted, widgets.ColorSunken)
	}
	words := l.TLSVersion
	if words == "" && l.State == core.LinkUp {
		words = t.S("link.plain")
	}
	if l.MutualTLS {
		words += " · mTLS"
	}
	if l.HTTP != "" {
		words += " · " + l.HTTP
	}
	h.secured.Set(words, widgets.ColorMuted, widgets.ColorSunken)
	widgets.SetVisible(h.secured.Container, words != "")
	h.content.Refresh()
}

// failedKey is the key of what to say of a connection that can't be used.
func failedKey(why *core.Error) string {
	switch {
	case why == nil:
	case why.Kind == core.KindAuth:
		return "link.signed_out"
	case why.Kind == core.KindConfig:
		return "link.stopped"
	}
	return "link.failed"
}

// tapState says what is wrong with the connection or the server.
func (h *header) tapState() {
	if h.link.Err != nil {
		h.host.Failed(h.link.Err)
		return
	}
	h.host.OpenSettings(view.TabServer)
}

// showPaused makes the button pause or resume.
func (h *header) showPaused(paused bool) {
	if h.paused == paused {
		return
	}
	h.paused = paused
	if paused {
		h.pause.SetIcon(theme.MediaPlayIcon())
		h.pause.SetText(h.host.Text.S("header.resume"))
	} else {
		h.pause.SetIcon(theme.MediaPauseIcon())
		h.pause.SetText(h.host.Text.S("header.pause"))
	}
	h.content.Refresh()
}

func (h *header) togglePause() {
	if h.paused {
		h.host.Act(h.host.Controller.ResumeAll)
	} else {
		h.pauseAll()
	}
}

// showProfiles opens the menu of profiles.
func (h *header) showProfiles() {
	type answer struct {
		names   []string
		current string
	}
	view.Async(h.host, func(ctx context.Context) (answer, error) {
		names, err := h.host.Controller.Profiles(ctx)
		return answer{names, h.host.Controller.Current()}, err
	}, func(a answer, err error) {
		if err != nil {
			h.host.Failed(err)
			return
		}
		h.menu(a.names, a.current)
	})
}

func (h *header) menu(names []string, current string) {
	t, menu := h.host.Text, fyne.NewMenu("")
	slices.Sort(names)
	for _, name := range names {
		item := fyne.NewMenuItem(name, func() { h.use(name) })
		item.Checked = name == current
		menu.Items = append(menu.Items, item)
	}
	if len(names) > 0 {
		menu.Items = append(menu.Items, fyne.NewMenuItemSeparator())
	}
	if current != "" {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("profile.settings"), func() { h.host.OpenSettings(view.TabServer) }))
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.S("profile.new"), h.onNew),
		fyne.NewMenuItem(t.S("profile.import"), h.onImport),
		fyne.NewMenuItem(t.S("profile.sandbox"), h.onSandbox),
		fyne.NewMenuItemSeparator())
	menu.Items = append(menu.Items, helpItems(h.host)...)
	view.ShowMenuBelow(menu, h.host.Win.Canvas(), h.profile)
}

func (h *header) use(name string) {
	view.Async(h.host, func(ctx context.Context) (struct{}, error) { return struct{}{}, h.host.Controller.Use(ctx, name) },
		func(_ struct{}, err error) {
			if err != nil {
				h.host.Failed(err)
			}
			h.host.ProfileChanged()
		})
}
