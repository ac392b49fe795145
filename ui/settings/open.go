package settings

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Show opens the settings of the current profile at a tab, or of a new profile if
// there is none.
func Show(s *view.Host, tab view.Tab) {
	showSettingsThen(s, tab, func(*Dialog) {})
}

// Test opens the settings at a tab and begins the connection test.
func Test(s *view.Host, tab view.Tab) {
	showSettingsThen(s, tab, func(d *Dialog) { d.toggleTest() })
}

// showSettingsThen is Show that calls then with the dialog.
func showSettingsThen(s *view.Host, tab view.Tab, then func(*Dialog)) {
	view.Async(s, func(ctx context.Context) (core.Profile, error) {
		name := s.Ctl.Current()
		if name == "" {
			return core.NewProfile(""), nil
		}
		return s.Ctl.Profile(ctx, name)
	}, func(p core.Profile, err error) {
		if err != nil {
			s.Failed(err)
			return
		}
		then(openSettings(s, p.Name, p, tab, nil))
	})
}

// ShowNew opens the settings of a new profile. done is called when they are closed;
// it may be nil.
func ShowNew(s *view.Host, done func(saved bool)) {
	openSettings(s, "", core.NewProfile(""), view.TabServer, done)
}

// openSettings shows the dialog for p, unless one is open. previous is the name under
// which p is saved, "" for a new profile.
func openSettings(s *view.Host, previous string, p core.Profile, tab view.Tab, done func(saved bool)) *Dialog {
	if open, ok := s.Settings.(*Dialog); ok {
		return open
	}
	d := newSettings(s, previous, p, done)
	d.replace = func(previous string, p core.Profile, tab view.Tab) { openSettings(s, previous, p, tab, done) }
	d.buildTransfers()
	d.buildMetrics()
	d.buildAppearance()
	d.show(d.content(tab))
	return d
}

// newSettings makes a dialog with the tabs that every profile needs. previous is the
// name under which p is saved, "" for a new profile.
func newSettings(s *view.Host, previous string, p core.Profile, done func(saved bool)) *Dialog {
	d := &Dialog{s: s, previous: previous, form: &form{text: s.Text, opened: p}, done: done, applyAppearance: func() {}}
	d.buildServer()
	d.buildSignIn()
	d.certificates = newCertificatesTab(s, d.form, previous)
	d.certificates.onRefused = func() {
		if d.guide != nil {
			d.guide.refused()
		}
	}
	d.check = newCheckPanel(s)
	d.check.changed = d.checkChanged
	return d
}
