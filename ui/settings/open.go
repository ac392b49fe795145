package settings

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Show opens the settings of the current profile at a tab, or those of
// a new one while there is none.
func Show(s *view.Host, tab view.Tab) {
	showSettingsThen(s, tab, func(*Dialog) {})
}

// Test opens the settings at a tab and begins the connection test.
func Test(s *view.Host, tab view.Tab) {
	showSettingsThen(s, tab, func(d *Dialog) { d.toggleTest() })
}

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

// ShowNew opens the settings of a profile that does not exist yet; done
// may be nil.
func ShowNew(s *view.Host, done func(saved bool)) {
	openSettings(s, "", core.NewProfile(""), view.TabServer, done)
}

// openSettings builds and shows the dialog, unless it is open. previous is the
// saved name of p.
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

// newSettings makes a dialog with what every profile needs. previous is the
// saved name of p.
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
