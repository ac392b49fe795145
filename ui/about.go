package ui

import (
	"fyne.io/fyne/v2"
)

// licence and docsAddress are facts of the program in every language.
const (
	licence     = "Apache License 2.0"
	docsAddress = "https://github.com/artstore/ingester#readme"
)

// showAbout says which program this is and where its folders are.
func showAbout(s *shell) {
	t, a := s.text, s.ctl.About()
	docs := newButton(t.s("about.docs"), func() { openAddress(s, docsAddress) })
	showFacts(s, t.s("about.title"), []fact{
		{t.s("about.version"), a.Version},
		{t.s("about.commit"), a.Commit},
		{"Go", a.Go},
		{t.s("about.licence"), licence},
		{t.s("about.profiles"), a.Profiles},
		{t.s("about.queue"), a.Queue},
		{t.s("about.log"), a.Log},
		{t.s("about.sandbox"), a.Sandbox},
		{t.s("about.docs"), docsAddress},
	}, docs)
}

// showHelp lists the keys.
func showHelp(s *shell) {
	about := newButton(s.text.s("about.title"), func() { showAbout(s) })
	showFacts(s, s.text.s("help.title"), keys(s.text, onMac), about)
}

// helpItems are the ways to the help in a menu.
func helpItems(s *shell) []*fyne.MenuItem {
	return []*fyne.MenuItem{
		fyne.NewMenuItem(s.text.s("help.title"), func() { showHelp(s) }),
		fyne.NewMenuItem(s.text.s("about.title"), func() { showAbout(s) }),
	}
}
