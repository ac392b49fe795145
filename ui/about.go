package ui

import (
	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// Both are the same in every language.
const (
	licence     = "Apache License 2.0"
	docsAddress = "https://github.com/artstore/ingester#readme"
)

// showAbout says the version of the program and where its files are.
func showAbout(host *view.Host) {
	t, a := host.Text, host.Controller.About()
	docs := widgets.NewButton(t.S("about.docs"), func() { view.OpenAddress(host, docsAddress) })
	view.ShowFacts(host, t.S("about.title"), []wording.Fact{
		{Name: t.S("about.version"), Value: a.Version},
		{Name: t.S("about.commit"), Value: a.Commit},
		{Name: "Go", Value: a.Go},
		{Name: t.S("about.licence"), Value: licence},
		{Name: t.S("about.profiles"), Value: a.Profiles},
		{Name: t.S("about.queue"), Value: a.Queue},
		{Name: t.S("about.log"), Value: a.Log},
		{Name: t.S("about.sandbox"), Value: a.Sandbox},
		{Name: t.S("about.docs"), Value: docsAddress},
	}, docs)
}

// showHelp lists the keys.
func showHelp(host *view.Host) {
	about := widgets.NewButton(host.Text.S("about.title"), func() { showAbout(host) })
	view.ShowFacts(host, host.Text.S("help.title"), keys(host.Text, onMac), about)
}

// helpItems are the menu items for the help.
func helpItems(host *view.Host) []*fyne.MenuItem {
	return []*fyne.MenuItem{
		fyne.NewMenuItem(host.Text.S("help.title"), func() { showHelp(host) }),
		fyne.NewMenuItem(host.Text.S("about.title"), func() { showAbout(host) }),
	}
}
