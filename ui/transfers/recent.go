package transfers

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Keys of the preferences that keep what was used last, newest first.
const (
	prefTags         = "recent.tags"
	prefDescriptions = "recent.descriptions"
)

// mostRecent is how many tags, and how many descriptions, are offered.
const mostRecent = 12

// recentEntry is a line of text that offers what was used in it before: by a button at
// its end, or with the Down key.
type recentEntry struct {
	*view.LineEntry
	host  *view.Host
	key   string           // of the preferences
	take  func(was string) // puts an offered text into the entry
	arrow *widgets.IconButton
}

func newRecentEntry(host *view.Host, placeholder, key string) *recentEntry {
	e := &recentEntry{LineEntry: view.NewLineEntry(host, placeholder), host: host, key: key}
	e.take = e.SetText
	e.arrow = widgets.NewIconButton(host.Text.S("recent.show"), theme.MenuDropDownIcon(), e.offer)
	e.OnDown = func() bool {
		offers := len(e.recent()) > 0
		if offers {
			e.offer()
		}
		return offers
	}
	e.show()
	return e
}

// recent returns what was used, newest first.
func (e *recentEntry) recent() []string { return e.host.App.Preferences().StringList(e.key) }

// remember notes what was used.
func (e *recentEntry) remember(used ...string) {
	all := e.recent()
	for _, text := range slices.Backward(used) {
		if text == "" {
			continue
		}
		all = slices.DeleteFunc(all, func(s string) bool { return s == text })
		all = slices.Insert(all, 0, text)
	}
	e.keep(all[:min(len(all), mostRecent)])
}

func (e *recentEntry) keep(all []string) {
	e.host.App.Preferences().SetStringList(e.key, all)
	e.show()
}

// show shows the button only where there is something to offer.
func (e *recentEntry) show() {
	offers := len(e.recent()) > 0
	if offers == (e.ActionItem != nil) {
		return
	}
	e.ActionItem = nil
	if offers {
		e.ActionItem = e.arrow
	}
	e.Refresh()
}

// offer opens the menu of what was used.
func (e *recentEntry) offer() {
	t, menu := e.host.Text, fyne.NewMenu("")
	for _, text := range e.recent() {
		menu.Items = append(menu.Items, fyne.NewMenuItem(wording.Plain(shortened(text)), func() { e.take(text) }))
	}
	menu.Items = append(menu.Items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(t.S("recent.forget"), func() { e.keep(nil) }))
	view.ShowMenuBelow(menu, e.host.Win.Canvas(), e.LineEntry)
}

// shortened is the beginning of a text that is too long for a menu.
func shortened(text string) string {
	const most = 60
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
