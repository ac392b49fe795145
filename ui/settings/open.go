package settings

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// Show opens the settings of the current profile at a tab, or of a new profile if
// there is none.
func Show(host *view.Host, tab view.Tab) {
	showSettingsThen(host, tab, func(*Dialog) {})
}

// Test opens the settings at a tab and begins the connection test.
func Test(host *view.Host, tab view.Tab) {
	showSettingsThen(host, tab, func(d *Dialog) { d.toggleTest() })
}

// showSettingsThen is Show that calls then with the dialog.
func showSettingsThen(host *view.Host, tab view.Tab, then func(*Dialog)) {
	view.Async(host, func(ctx context.Context) (core.Profile, error) {
		name := host.Controller.Current()
		if name == "" {
			return core.NewProfile(""), nil
		}
		return host.Controller.Profile(ctx, name)
	}, func(p core.Profile, err error) {
		if err != nil {
			host.Failed(err)
			return
		}
		then(openSettings(host, p.Name, p, tab, nil))
	})
}

// ShowNew opens the settings of a new profile. done is called when they are closed;
// it may be nil.
func ShowNew(host *view.Host, done func(saved bool)) {
	openSettings(host, "", core.NewProfile(""), view.TabServer, done)
}

// openSettings shows the dialog for p, unless one is open. previous is the name under
// which p is saved, "" for a new profile.
func openSettings(host *view.Host, previous string, p core.Profile, tab view.Tab, done func(saved bool)) *Dialog {
	if open, ok := host.Settings.(*Dialog); ok {
		return open
	}
	d := newSettings(host, previous, p, done)
	d.replace = func(previous string, p core.Profile, tab view.Tab) { openSettings(host, previous, p, tab, done) }
	d.buildTransfers()
	d.buildMetrics()
	d.buildAppearance()
	d.show(d.content(tab))
	return d
}

// newSettings makes a dialog with the tabs that every profile needs. previous is the
// name under which p is saved, "" for a new profile.
func newSettings(host *view.Host, previous string, p core.Profile, done func(saved bool)) *Dialog {
	d := &Dialog{host: host, previous: previous, form: &form{text: host.Text, opened: p}, done: done, applyAppearance: func() {}}
	d.buildServer()
	d.buildSignIn()
	d.certificates = newCertificatesTab(host, d.form, previous)
	d.certificates.onRefused = func() {
		if d.guide != nil {
			d.guide.refused()
		}
	}
	d.check = newCheckPanel(host)
	d.check.changed = d.checkChanged
	return d
}
