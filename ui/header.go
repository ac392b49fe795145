package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// header is the bar at the top: profile, connection, actions.
type header struct {
	sh       *shell
	content  *fyne.Container
	profile  *pushButton
	state    *pill
	dot      *box
	secured  *pill
	pause    *quietButton
	add      *pushButton
	settings *iconButton
	link     core.Link
	paused   bool
	// The menu's ways to another profile.
	onNew, onImport, onSandbox func()
}

const headerHeight = 56

func newHeader(s *shell) *header {
	h := &header{sh: s}
	h.profile = newButtonWithIcon("Ingester", theme.MenuDropDownIcon(), h.showProfiles)
	h.profile.IconPlacement = widget.ButtonIconTrailingText
	h.profile.Importance = widget.LowImportance
	h.state = newPill("", colorMuted, colorSunken)
	h.dot = newBox(colorMuted, "", 4)
	h.state.Objects[1] = inset(10, 2, 10, 3, container.New(&line{gap: 6},
		container.New(square(8), h.dot), h.state.words))
	h.secured = newPill("", colorMuted, colorSunken)
	h.pause = newQuietButtonWithIcon(s.text.s("header.pause"), theme.MediaPauseIcon(), h.togglePause)
	h.add = newButtonWithIcon(s.text.s("header.add"), theme.ContentAddIcon(), nil)
	h.add.Importance = widget.HighImportance
	h.settings = newIconButton(s.text.s("banner.settings"), theme.SettingsIcon(), func() { s.openSettings(tabServer) })
	state := newTapArea(h.state.Container, h.tapState)
	pause := outlined(h.pause)
	bar := container.New(&line{gap: 12, height: headerHeight - 1, spring: pause, optional: []fyne.CanvasObject{h.secured.Container, state}},
		h.profile, state, h.secured.Container, pause, h.add, outlined(h.settings))
	h.content = newRuled(edgeBottom, colorSurface, inset(8, 0, 16, 0, bar))
	h.showLink(core.Link{State: core.LinkUnknown})
	return h
}

// showProfile names the current profile.
func (h *header) showProfile(name string) {
	if name == "" {
		name = h.sh.text.s("header.no_profile")
	}
	if h.profile.Text != name {
		h.profile.SetText(name)
		h.content.Refresh()
	}
}

// showLink says how the connection stands.
func (h *header) showLink(l core.Link) {
	if h.link == l && h.state.words.words != "" {
		return
	}
	h.link = l
	t := h.sh.text
	switch l.State {
	case core.LinkUp:
		h.dot.set(colorGood, "")
		h.state.set(t.s("link.up"), colorGood, colorGoodBg)
	case core.LinkUnready:
		h.dot.set(theme.ColorNameWarning, "")
		h.state.set(t.s("link.unready"), theme.ColorNameWarning, colorWarnBg)
	case core.LinkFailed:
		h.dot.set(theme.ColorNameError, "")
		h.state.set(t.s("link.failed"), theme.ColorNameError, colorBadBg)
	default:
		h.dot.set(colorMuted, "")
		h.state.set(t.s("link.unknown"), colorMuted, colorSunken)
	}
	words := l.TLSVersion
	if words == "" && l.State == core.LinkUp {
		words = t.s("link.plain")
	}
	if l.MutualTLS {
		words += " · mTLS"
	}
	if l.HTTP != "" {
		words += " · " + l.HTTP
	}
	h.secured.set(words, colorMuted, colorSunken)
	setVisible(h.secured.Container, words != "")
	h.content.Refresh()
}

// tapState explains what is amiss with the connection or the server.
func (h *header) tapState() {
	if h.link.Err != nil {
		h.sh.failed(h.link.Err)
		return
	}
	h.sh.openSettings(tabServer)
}

// showPaused makes the button do the other thing.
func (h *header) showPaused(paused bool) {
	if h.paused == paused {
		return
	}
	h.paused = paused
	if paused {
		h.pause.SetIcon(theme.MediaPlayIcon())
		h.pause.SetText(h.sh.text.s("header.resume"))
	} else {
		h.pause.SetIcon(theme.MediaPauseIcon())
		h.pause.SetText(h.sh.text.s("header.pause"))
	}
	h.content.Refresh()
}

func (h *header) togglePause() {
	if h.paused {
		h.sh.act(h.sh.ctl.ResumeAll)
	} else {
		h.sh.act(h.sh.ctl.PauseAll)
	}
}

// showProfiles opens the menu of profiles.
func (h *header) showProfiles() {
	type answer struct {
		names   []string
		current string
	}
	async(h.sh, func(ctx context.Context) (answer, error) {
		names, err := h.sh.ctl.Profiles(ctx)
		return answer{names, h.sh.ctl.Current()}, err
	}, func(a answer, err error) {
		if err != nil {
			h.sh.failed(err)
			return
		}
		h.menu(a.names, a.current)
	})
}

func (h *header) menu(names []string, current string) {
	t, menu := h.sh.text, fyne.NewMenu("")
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
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.s("profile.settings"), func() { h.sh.openSettings(tabServer) }))
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.s("profile.new"), h.onNew),
		fyne.NewMenuItem(t.s("profile.import"), h.onImport),
		fyne.NewMenuItem(t.s("profile.sandbox"), h.onSandbox),
		fyne.NewMenuItemSeparator())
	menu.Items = append(menu.Items, helpItems(h.sh)...)
	showMenuBelow(menu, h.sh.win.Canvas(), h.profile)
}

func (h *header) use(name string) {
	async(h.sh, func(ctx context.Context) (struct{}, error) { return struct{}{}, h.sh.ctl.Use(ctx, name) },
		func(_ struct{}, err error) {
			if err != nil {
				h.sh.failed(err)
			}
			h.sh.profileChanged()
		})
}
