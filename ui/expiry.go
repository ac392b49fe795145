package ui

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// prefExpiry comes before a profile's name in the key of the preference that says which
// warning was dismissed.
const prefExpiry = "expiry.dismissed."

// expiryBar warns a month, a week and a day before the client certificate expires. A
// dismissed warning stays hidden until the next level or another certificate.
type expiryBar struct {
	host    *view.Host
	icons   *widgets.Icons
	content *fyne.Container
	ground  *widgets.Box
	icon    *widget.Icon
	words   *widgets.Caption
	shown   expiryState
	gone    func() // called when a warning was dismissed
}

// expiryState is what the bar depends on.
type expiryState struct {
	profile string
	end     time.Time
	level   core.ExpiryLevel
	days    int
}

func newExpiryBar(host *view.Host, i *widgets.Icons, gone func()) *expiryBar {
	b := &expiryBar{host: host, icons: i, gone: gone, icon: widget.NewIcon(nil)}
	b.words = widgets.NewCaption("", theme.ColorNameForeground, theme.SizeNameText)
	b.words.Cut = true
	b.ground = widgets.NewBox(widgets.ColorWarnBg, theme.ColorNameWarning, 8)
	settings := widgets.NewQuietButton(host.Text.S("banner.settings"), func() { host.OpenSettings(view.TabCertificates) })
	dismiss := widgets.NewIconButton(host.Text.S("button.close"), theme.CancelIcon(), b.dismiss)
	dismiss.Importance = widget.LowImportance
	row := container.New(&widgets.HBox{Gap: 8, Stretch: b.words}, container.New(widgets.Square(24), b.icon), b.words, widgets.Outlined(settings), dismiss)
	b.content = container.NewStack(b.ground, widgets.Inset(12, 4, 8, 4, row))
	b.content.Hide()
	return b
}

// show warns if a profile's certificate expires soon; end is zero if there is none. It
// reports whether the bar was shown or hidden.
func (b *expiryBar) show(profile string, end, now time.Time) bool {
	facts := core.CertificateFacts{NotAfter: end}
	state := expiryState{profile: profile, end: end, level: facts.ExpiryLevel(now)}
	if state.level > core.ExpiryFar {
		state.days = facts.DaysLeft(now)
	}
	if state == b.shown {
		return false
	}
	was := b.content.Visible()
	b.shown = state
	visible := state.level > core.ExpiryFar && b.host.App.Preferences().String(prefExpiry+profile) != state.dismissed()
	if visible {
		b.word()
	}
	widgets.SetVisible(b.content, visible)
	return was != visible
}

// word writes the warning: amber a month before, red from a week before.
func (b *expiryBar) word() {
	t, color := b.host.Text, theme.ColorNameError
	fill := wording.Args{"Date": b.shown.end.Local().Format(time.DateOnly)}
	sentence := ""
	switch b.shown.level {
	case core.ExpiryMonth:
		color = theme.ColorNameWarning
		sentence = t.N("expiry.days", b.shown.days, fill)
	case core.ExpiryWeek:
		sentence = t.N("expiry.days", b.shown.days, fill)
	case core.ExpiryDay:
		sentence = t.S("expiry.day", fill)
	default:
		sentence = t.S("expiry.past", fill)
	}
	if color == theme.ColorNameWarning {
		b.ground.Set(widgets.ColorWarnBg, color)
	} else {
		b.ground.Set(widgets.ColorBadBg, color)
	}
	b.icon.SetResource(b.icons.Get("warning", color))
	b.words.Set(sentence + " " + t.S("expiry.advice"))
}

// dismiss hides the warning and remembers that.
func (b *expiryBar) dismiss() {
	b.host.App.Preferences().SetString(prefExpiry+b.shown.profile, b.shown.dismissed())
	b.content.Hide()
	b.gone()
}

// dismissed is the value of the preference if this warning was dismissed.
func (s expiryState) dismissed() string {
	return strconv.FormatInt(s.end.Unix(), 10) + "/" + strconv.Itoa(int(s.level))
}
