package settings

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
)

// Dialog edits one profile. Nothing outside it changes before Save.
type Dialog struct {
	host     *view.Host
	previous string // name under which the profile is saved, "" for a new one
	form     *form
	start    core.Profile // what the form makes of it before anything is changed
	done     func(saved bool)

	secret          *secretField
	secretNote      note
	certificates    *certificatesTab
	check           *checkPanel
	applyAppearance func()
	guide           guide // leads through the pages; nil if there are tabs
	// replace shows another profile in place of this one, at a tab. previous is the
	// name under which p is saved, "" for a new one.
	replace func(previous string, p core.Profile, tab view.Tab)

	popup    *widget.PopUp
	profiles *widgets.QuietButton
	tabs     *container.AppTabs
	tab      view.Tab // the one that is shown
	pages    map[view.Tab]*fyne.Container
	scroll   *container.Scroll
	unscroll func() // called when the dialog is hidden
	status   *widgets.Label
	test     *widgets.QuietButton
	copy     *widgets.QuietButton
	tools    []fyne.CanvasObject // test and copy with their borders, as in the footer
	cancel   *widgets.QuietButton
	accept   *widgets.PushButton
	saving   bool
	valid    bool
}

var _ view.Settings = (*Dialog)(nil)

// guide leads through the pages one at a time, in place of the tabs.
type guide interface {
	// goTo shows the page of a tab, if there is one.
	goTo(tab view.Tab)
	// goOn goes to the next page, or finishes.
	goOn()
	// enable lets its buttons be used, or not.
	enable()
	// tested is called when the connection test has begun, gone on or ended.
	tested()
	// refused is called when saving would refuse some of the certificate's files.
	refused()
}

// settingsTabs are the tabs in their order.
var settingsTabs = []view.Tab{view.TabServer, view.TabSignIn, view.TabCertificates, view.TabTransfers, view.TabMetrics, view.TabAppearance} //nolint:gochecknoglobals // a table

// selectTab goes to a tab, or to that page of the guide.
func (d *Dialog) selectTab(tab view.Tab) {
	if d.guide != nil {
		d.guide.goTo(tab)
		return
	}
	for i, name := range settingsTabs {
		if name == tab {
			d.tabs.SelectIndex(i)
		}
	}
}

// turn shows the page of a tab.
func (d *Dialog) turn(tab view.Tab) {
	if d.pages[tab] == nil && d.guide == nil {
		tab = view.TabServer
	}
	d.tab = tab
	for name, page := range d.pages {
		widgets.SetVisible(page, name == tab)
	}
	d.scroll.Content.Refresh()
	d.scroll.ScrollToTop()
	if tab == view.TabCertificates {
		d.certificates.inspect()
	}
}

// validated is called after every edit, with what is wrong.
func (d *Dialog) validated(problems []core.FieldError) {
	d.valid = len(problems) == 0
	if d.guide != nil {
		d.Say("", widget.LowImportance) // the user has not come to other pages yet
		d.enable()
		return
	}
	d.Say(problemSummary(d.host.Text, d.form.fields, problems), widget.WarningImportance)
	d.enable()
}

// Say shows a remark above the buttons, "" for none.
func (d *Dialog) Say(words string, importance widget.Importance) {
	d.status.Importance = importance
	d.status.SetText(words)
	if (words != "") != d.status.Visible() {
		widgets.SetVisible(d.status, words != "")
		d.popup.Content.Refresh()
	}
}

// enable enables the buttons that can be used now, and disables the others.
func (d *Dialog) enable() {
	widgets.SetEnabled(d.accept, d.valid && !d.saving)
	widgets.SetEnabled(d.cancel, !d.saving)
	widgets.SetEnabled(d.test, d.check.running() || d.valid && !d.saving)
	widgets.SetEnabled(d.copy, d.check.done())
	if d.guide != nil {
		d.guide.enable()
	}
}

// toggleTest begins the connection test, or stops it.
func (d *Dialog) toggleTest() {
	if d.check.running() {
		d.check.stop()
		return
	}
	p, problems := d.form.profile()
	if len(problems) > 0 {
		return
	}
	d.check.start(p, d.secrets())
}

// checkChanged is called when the connection test has begun, gone on or ended.
func (d *Dialog) checkChanged() {
	label := d.host.Text.S("settings.test")
	if d.check.running() {
		label = d.host.Text.S("settings.test.stop")
	}
	d.test.SetText(label)
	d.enable()
	d.form.relayout()
	if d.check.row.Visible() {
		d.scroll.ScrollToBottom() // to the lines of the test
	}
	if d.guide != nil {
		d.guide.tested()
	}
}

// goOn does what Return in a field does: it goes to the next page of the guide, or saves.
// If something is wrong it goes there instead.
func (d *Dialog) goOn() {
	if d.guide != nil {
		d.guide.goOn()
		return
	}
	if problems := d.form.check(); len(problems) > 0 {
		d.goToProblem(problems[0].Field)
		return
	}
	if !d.accept.Disabled() {
		d.accept.OnTapped()
	}
}

// goToProblem shows a field with what is wrong, and gives it the focus.
func (d *Dialog) goToProblem(key string) {
	d.form.reveal(key)
	d.form.check()
	for _, fl := range d.form.fields {
		if fl.key == key {
			d.selectTab(fl.tab)
		}
	}
	if e := d.form.entryOf(key); e != nil {
		d.host.Win.Canvas().Focus(e)
	}
}

// Close closes the dialog, except while the profile is being saved.
func (d *Dialog) Close(saved bool) {
	if d.saving {
		return
	}
	d.hide()
	if saved {
		d.host.ProfileChanged()
	}
	if d.done != nil {
		d.done(saved)
	}
}

// hide hides the dialog and forgets the secrets that were typed.
func (d *Dialog) hide() {
	d.check.stop()
	d.secret.Text, d.certificates.passphrase.Text = "", ""
	d.popup.Hide()
	d.unscroll()
	d.host.Settings = nil
}

// secrets are the secrets that were typed, zero for those to be left as they are.
func (d *Dialog) secrets() view.ProfileSecrets {
	s := view.ProfileSecrets{Client: core.NewSecret(d.secret.Text)}
	if d.certificates.mutual.Checked {
		s.Passphrase = core.NewSecret(d.certificates.passphrase.Text)
	}
	return s
}
