package ui

import (
	"context"
	"errors"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// The size of the dialog where the window has room for it.
const (
	settingsWidth  = 760
	settingsHeight = 676
)

// settingsDialog edits one profile. Nothing outside it changes before Save.
type settingsDialog struct {
	s        *shell
	previous string // name under which the profile is saved, "" for a new one
	form     *form
	start    core.Profile // what the form makes before anything is changed
	done     func(saved bool)

	secret          *secretField
	secretNote      note
	certificates    *certificatesTab
	check           *checkPanel
	applyAppearance func()
	guide           *wizard // leads through the pages; nil where there are tabs

	popup    *widget.PopUp
	profiles *quietButton
	tabs     *container.AppTabs
	tab      settingsTab // that is shown
	pages    map[settingsTab]*fyne.Container
	scroll   *container.Scroll
	unscroll func() // once the dialog is gone
	status   *label
	test     *quietButton
	copy     *quietButton
	tools    []fyne.CanvasObject // test and copy, as they stand in the footer
	cancel   *quietButton
	accept   *pushButton
	saving   bool
	valid    bool
}

var settingsTabs = []settingsTab{tabServer, tabSignIn, tabCertificates, tabTransfers, tabMetrics, tabAppearance} //nolint:gochecknoglobals // a table

// showSettings opens the settings of the current profile at a tab, or those of
// a new one while there is none.
func showSettings(s *shell, tab settingsTab) {
	showSettingsThen(s, tab, func(*settingsDialog) {})
}

// testConnection opens the settings at a tab and begins the connection test.
func testConnection(s *shell, tab settingsTab) {
	showSettingsThen(s, tab, func(d *settingsDialog) { d.toggleTest() })
}

func showSettingsThen(s *shell, tab settingsTab, then func(*settingsDialog)) {
	async(s, func(ctx context.Context) (core.Profile, error) {
		name := s.ctl.Current()
		if name == "" {
			return core.NewProfile(""), nil
		}
		return s.ctl.Profile(ctx, name)
	}, func(p core.Profile, err error) {
		if err != nil {
			s.failed(err)
			return
		}
		then(openSettings(s, p.Name, p, tab, nil))
	})
}

// showNewProfile opens the settings of a profile that does not exist yet; done
// may be nil.
func showNewProfile(s *shell, done func(saved bool)) {
	openSettings(s, "", core.NewProfile(""), tabServer, done)
}

// openSettings builds and shows the dialog, unless it is open. previous is the
// saved name of p.
func openSettings(s *shell, previous string, p core.Profile, tab settingsTab, done func(saved bool)) *settingsDialog {
	if open, ok := s.settings.(*settingsDialog); ok {
		return open
	}
	d := newSettings(s, previous, p, done)
	d.buildTransfers()
	d.buildMetrics()
	d.buildAppearance()
	d.show(d.content(tab))
	return d
}

// newSettings makes a dialog with what every profile needs. previous is the
// saved name of p.
func newSettings(s *shell, previous string, p core.Profile, done func(saved bool)) *settingsDialog {
	d := &settingsDialog{s: s, previous: previous, form: &form{text: s.text, opened: p}, done: done, applyAppearance: func() {}}
	d.buildServer()
	d.buildSignIn()
	d.buildCertificates()
	d.check = newCheckPanel(s)
	d.check.changed = d.checkChanged
	return d
}

// show puts the dialog over the window.
func (d *settingsDialog) show(content fyne.CanvasObject) {
	s := d.s
	d.popup = widget.NewModalPopUp(content, s.win.Canvas())
	d.form.checked, d.form.escaped, d.form.keys = d.validated, func() { d.close(false) }, d.typedShortcut
	d.form.moved = d.scroll.Content.Refresh
	d.form.check()
	d.start, _ = d.form.profile()
	d.popup.Resize(within(s, settingsWidth, settingsHeight))
	d.popup.Show()
	d.unscroll = s.scrolling(d.scroll)
	s.settings = d
}

// content is title, tabs, the rows of the tab with the connection test below
// them, and the footer.
func (d *settingsDialog) content(tab settingsTab) fyne.CanvasObject {
	t := d.s.text
	title := t.s("settings.title.new")
	if d.previous != "" {
		title = t.s("settings.title", args{"Name": d.previous})
	}
	d.tabs = container.NewAppTabs()
	for _, name := range settingsTabs {
		// The tabs are a header only: one scroll holds every page, so that
		// the connection test stays in sight on each of them.
		d.tabs.Append(container.NewTabItem(t.s("settings.tab."+string(name)), layout.NewSpacer()))
	}
	pad := theme.Padding() * 4
	body := d.body(pad, settingsTabs)
	d.tabs.OnSelected = func(*container.TabItem) { d.turn(settingsTabs[d.tabs.SelectedIndex()]) }
	d.selectTab(tab)
	d.turn(tab)

	d.profiles = newQuietButtonWithIcon(t.s("settings.profiles"), theme.MenuDropDownIcon(), d.showProfiles)
	d.profiles.IconPlacement = widget.ButtonIconTrailingText
	name := newLabel(title, theme.SizeNameSubHeadingText, widget.MediumImportance, true)
	name.Truncation = fyne.TextTruncateEllipsis
	head := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(pad/2, 0, pad/2, pad),
			container.NewBorder(nil, nil, nil, outlined(d.profiles), name)),
		container.New(layout.NewCustomPaddedLayout(0, 0, pad/2, pad/2), d.tabs))
	return container.NewBorder(head, d.footer(pad), nil, nil, body)
}

// body is the pages, all hidden, with what stands above them and the
// connection test below.
func (d *settingsDialog) body(pad float32, pages []settingsTab, above ...fyne.CanvasObject) fyne.CanvasObject {
	stack := container.New(layout.NewCustomPaddedVBoxLayout(0), above...)
	d.pages = map[settingsTab]*fyne.Container{}
	for _, name := range pages {
		page := d.form.tab(name)
		page.Hide()
		d.pages[name] = page
		stack.Add(page)
	}
	stack.Add(d.check.row)
	d.scroll = container.NewVScroll(container.New(layout.NewCustomPaddedLayout(pad/2, pad, pad, pad), stack))
	return d.scroll
}

// footer is the remark and the buttons; steps stand before the one that saves.
func (d *settingsDialog) footer(pad float32, steps ...fyne.CanvasObject) fyne.CanvasObject {
	t := d.s.text
	d.status = newLabel("", theme.SizeNameCaptionText, widget.LowImportance, false)
	d.status.Wrapping = fyne.TextWrapWord
	d.status.Hide()
	d.test = newQuietButton(t.s("settings.test"), d.toggleTest)
	d.copy = newQuietButton(t.s("settings.copy"), func() { d.s.app.Clipboard().SetContent(d.check.report()) })
	d.cancel = newQuietButton(t.s("settings.cancel"), func() { d.close(false) })
	d.accept = newButton(t.s("settings.save"), func() { d.save(false) })
	d.accept.Importance = widget.HighImportance
	d.copy.Disable()
	d.tools = []fyne.CanvasObject{outlined(d.test), outlined(d.copy)}
	row := slices.Concat(d.tools, []fyne.CanvasObject{layout.NewSpacer(), outlined(d.cancel)}, steps, []fyne.CanvasObject{d.accept})
	buttons := container.NewHBox(row...)
	return container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewSeparator(),
		container.New(layout.NewCustomPaddedLayout(pad/2, pad/2, pad, pad),
			container.New(layout.NewCustomPaddedVBoxLayout(0), d.status, buttons)))
}

func (d *settingsDialog) selectTab(tab settingsTab) {
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
func (d *settingsDialog) turn(tab settingsTab) {
	if d.pages[tab] == nil && d.guide == nil {
		tab = tabServer
	}
	d.tab = tab
	for name, page := range d.pages {
		setVisible(page, name == tab)
	}
	d.scroll.Content.Refresh()
	d.scroll.ScrollToTop()
	if tab == tabCertificates {
		d.certificates.inspect()
	}
}

// validated is called with what is wrong after every edit.
func (d *settingsDialog) validated(problems []core.FieldError) {
	d.valid = len(problems) == 0
	if d.guide != nil {
		d.say("", widget.LowImportance) // the problems of other pages are not this one's
		d.enable()
		return
	}
	d.say(problemSummary(d.s.text, d.form.fields, problems), widget.WarningImportance)
	d.enable()
}

// say shows one remark above the buttons, "" for none.
func (d *settingsDialog) say(words string, importance widget.Importance) {
	d.status.Importance = importance
	d.status.SetText(words)
	if (words != "") != d.status.Visible() {
		setVisible(d.status, words != "")
		d.popup.Content.Refresh()
	}
}

func (d *settingsDialog) enable() {
	setEnabled(d.accept, d.valid && !d.saving)
	setEnabled(d.cancel, !d.saving)
	setEnabled(d.test, d.check.running() || d.valid && !d.saving)
	setEnabled(d.copy, d.check.done())
	if d.guide != nil {
		d.guide.enable()
	}
}

func (d *settingsDialog) toggleTest() {
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

func (d *settingsDialog) checkChanged() {
	label := d.s.text.s("settings.test")
	if d.check.running() {
		label = d.s.text.s("settings.test.stop")
	}
	d.test.SetText(label)
	d.enable()
	d.form.relayout()
	if d.check.row.Visible() {
		d.scroll.ScrollToBottom() // where the test's lines are
	}
	if d.guide != nil {
		d.guide.tested()
	}
}

// secrets are those that were typed; zero ones leave what is kept.
func (d *settingsDialog) secrets() ProfileSecrets {
	s := ProfileSecrets{Client: core.NewSecret(d.secret.Text)}
	if d.certificates.mutual.Checked {
		s.Passphrase = core.NewSecret(d.certificates.passphrase.Text)
	}
	return s
}

// save hands the profile over and closes the dialog once it is kept.
func (d *settingsDialog) save(sessionOnly bool) {
	p, problems := d.form.profile()
	if len(problems) > 0 || d.saving {
		return
	}
	secrets := d.secrets()
	d.saving = true
	d.say(d.s.text.s("settings.saving"), widget.LowImportance)
	d.enable()
	d.settleQueued(p, func(q Queued) { d.keep(p, secrets, sessionOnly, q) }, func(err error) {
		d.saving = false
		d.say("", widget.LowImportance)
		d.enable()
		if err != nil {
			d.say(explained(d.s.text, err), widget.DangerImportance)
		}
	})
}

// keep saves the profile as it was decided.
func (d *settingsDialog) keep(p core.Profile, secrets ProfileSecrets, sessionOnly bool, q Queued) {
	async(d.s, func(ctx context.Context) (struct{}, error) {
		err := d.s.ctl.SaveProfile(ctx, d.previous, p, secrets, sessionOnly, q)
		if err != nil {
			return struct{}{}, err
		}
		if d.previous == "" {
			err = d.s.ctl.Use(ctx, p.Name)
		}
		if d.form.opened.Metrics.Listen != "" && p.Metrics.Listen == "" {
			err = errors.Join(err, d.s.ctl.StopMetrics(ctx))
		}
		if err != nil {
			err = &NotReadyError{Err: err}
		}
		return struct{}{}, err
	}, func(_ struct{}, err error) {
		d.saving = false
		d.enable()
		var amiss *NotReadyError
		if err != nil && !errors.As(err, &amiss) {
			d.notSaved(err, secrets, sessionOnly)
			return
		}
		d.applyAppearance()
		d.close(true)
		if amiss != nil {
			d.s.failed(amiss)
		}
	})
}

// notSaved says why; where the keychain is the reason, the secrets may be kept
// for this session only.
func (d *settingsDialog) notSaved(err error, secrets ProfileSecrets, sessionOnly bool) {
	t := d.s.text
	d.say(explained(t, err), widget.DangerImportance)
	if sessionOnly || secrets.Client.IsZero() && secrets.Passphrase.IsZero() || !ofKeychain(err) {
		return
	}
	words := newLabel(explained(t, err)+"\n\n"+t.s("settings.session.offer"), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	confirm(d.s, t.s("settings.session.title"), words, t.s("settings.cancel"), t.s("settings.session.yes"), func() { d.save(true) }, func() {})
}

// close takes the dialog away. While the profile is being saved it stays.
func (d *settingsDialog) close(saved bool) {
	if d.saving {
		return
	}
	d.hide()
	if saved {
		d.s.profileChanged()
	}
	if d.done != nil {
		d.done(saved)
	}
}

// hide takes the dialog off the window, and every secret that was typed with
// it.
func (d *settingsDialog) hide() {
	d.check.stop()
	d.secret.Text, d.certificates.passphrase.Text = "", ""
	d.popup.Hide()
	d.unscroll()
	d.s.settings = nil
}
