package ui

import (
	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// licence and docsAddress are facts of the program in every language.
const (
	licence     = "Apache License 2.0"
	docsAddress = "https://github.com/artstore/ingester#readme"
)

// showAbout says which program this is and where its folders are.
func showAbout(s *view.Host) {
	t, a := s.Text, s.Ctl.About()
	docs := widgets.NewButton(t.S("about.docs"), func() { view.OpenAddress(s, docsAddress) })
	view.ShowFacts(s, t.S("about.title"), []wording.Fact{
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
func showHelp(s *view.Host) {
	about := widgets.NewButton(s.Text.S("about.title"), func() { showAbout(s) })
	view.ShowFacts(s, s.Text.S("help.title"), keys(s.Text, onMac), about)
}

// helpItems are the ways to the help in a menu.
func helpItems(s *view.Host) []*fyne.MenuItem {
	return []*fyne.MenuItem{
		fyne.NewMenuItem(s.Text.S("help.title"), func() { showHelp(s) }),
		fyne.NewMenuItem(s.Text.S("about.title"), func() { showAbout(s) }),
	}
}
