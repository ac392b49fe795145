package settings

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
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// The size of the dialog where the window has room for it.
const (
	settingsWidth  = 760
	settingsHeight = 676
)

// Dialog edits one profile. Nothing outside it changes before Save.
type Dialog struct {
	s        *view.Host
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
	profiles *widgets.QuietButton
	tabs     *container.AppTabs
	tab      view.Tab // that is shown
	pages    map[view.Tab]*fyne.Container
	scroll   *container.Scroll
	unscroll func() // once the dialog is gone
	status   *widgets.Label
	test     *widgets.QuietButton
	copy     *widgets.QuietButton
	tools    []fyne.CanvasObject // test and copy, as they stand in the footer
	cancel   *widgets.QuietButton
	accept   *widgets.PushButton
	saving   bool
	valid    bool
}

var settingsTabs = []view.Tab{view.TabServer, view.TabSignIn, view.TabCertificates, view.TabTransfers, view.TabMetrics, view.TabAppearance} //nolint:gochecknoglobals // a table

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
	d.buildCertificates()
	d.check = newCheckPanel(s)
	d.check.changed = d.checkChanged
	return d
}

// show puts the dialog over the window.
func (d *Dialog) show(content fyne.CanvasObject) {
	s := d.s
	d.popup = widget.NewModalPopUp(content, s.Win.Canvas())
	d.form.checked, d.form.escaped, d.form.keys = d.validated, func() { d.Close(false) }, d.TypedShortcut
	d.form.moved = d.scroll.Content.Refresh
	d.form.check()
	d.start, _ = d.form.profile()
	d.popup.Resize(view.Within(s, settingsWidth, settingsHeight))
	d.popup.Show()
	d.unscroll = s.Scrolling(d.scroll)
	s.Settings = d
}

// content is title, tabs, the rows of the tab with the connection test below
// them, and the footer.
func (d *Dialog) content(tab view.Tab) fyne.CanvasObject {
	t := d.s.Text
	title := t.S("settings.title.new")
	if d.previous != "" {
		title = t.S("settings.title", wording.Args{"Name": d.previous})
	}
	d.tabs = container.NewAppTabs()
	for _, name := range settingsTabs {
		// The tabs are a header only: one scroll holds every page, so that
		// the connection test stays in sight on each of them.
		d.tabs.Append(container.NewTabItem(t.S("settings.tab."+string(name)), layout.NewSpacer()))
	}
	pad := theme.Padding() * 4
	body := d.body(pad, settingsTabs)
	d.tabs.OnSelected = func(*container.TabItem) { d.turn(settingsTabs[d.tabs.SelectedIndex()]) }
	d.selectTab(tab)
	d.turn(tab)

	d.profiles = widgets.NewQuietButtonWithIcon(t.S("settings.profiles"), theme.MenuDropDownIcon(), d.showProfiles)
	d.profiles.IconPlacement = widget.ButtonIconTrailingText
	name := widgets.NewLabel(title, theme.SizeNameSubHeadingText, widget.MediumImportance, true)
	name.Truncation = fyne.TextTruncateEllipsis
	head := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(pad/2, 0, pad/2, pad),
			container.NewBorder(nil, nil, nil, widgets.Outlined(d.profiles), name)),
		container.New(layout.NewCustomPaddedLayout(0, 0, pad/2, pad/2), d.tabs))
	return container.NewBorder(head, d.footer(pad), nil, nil, body)
}

// body is the pages, all hidden, with what stands above them and the
// connection test below.
func (d *Dialog) body(pad float32, pages []view.Tab, above ...fyne.CanvasObject) fyne.CanvasObject {
	stack := container.New(layout.NewCustomPaddedVBoxLayout(0), above...)
	d.pages = map[view.Tab]*fyne.Container{}
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
func (d *Dialog) footer(pad float32, steps ...fyne.CanvasObject) fyne.CanvasObject {
	t := d.s.Text
	d.status = widgets.NewLabel("", theme.SizeNameCaptionText, widget.LowImportance, false)
	d.status.Wrapping = fyne.TextWrapWord
	d.status.Hide()
	d.test = widgets.NewQuietButton(t.S("settings.test"), d.toggleTest)
	d.copy = widgets.NewQuietButton(t.S("settings.copy"), func() { d.s.App.Clipboard().SetContent(d.check.report()) })
	d.cancel = widgets.NewQuietButton(t.S("settings.cancel"), func() { d.Close(false) })
	d.accept = widgets.NewButton(t.S("settings.save"), func() { d.save(false) })
	d.accept.Importance = widget.HighImportance
	d.copy.Disable()
	d.tools = []fyne.CanvasObject{widgets.Outlined(d.test), widgets.Outlined(d.copy)}
	row := slices.Concat(d.tools, []fyne.CanvasObject{layout.NewSpacer(), widgets.Outlined(d.cancel)}, steps, []fyne.CanvasObject{d.accept})
	buttons := container.NewHBox(row...)
	return container.New(layout.NewCustomPaddedVBoxLayout(0), widget.NewSeparator(),
		container.New(layout.NewCustomPaddedLayout(pad/2, pad/2, pad, pad),
			container.New(layout.NewCustomPaddedVBoxLayout(0), d.status, buttons)))
}

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

// validated is called with what is wrong after every edit.
func (d *Dialog) validated(problems []core.FieldError) {
	d.valid = len(problems) == 0
	if d.guide != nil {
		d.Say("", widget.LowImportance) // the problems of other pages are not this one's
		d.enable()
		return
	}
	d.Say(problemSummary(d.s.Text, d.form.fields, problems), widget.WarningImportance)
	d.enable()
}

// Say shows one remark above the buttons, "" for none.
func (d *Dialog) Say(words string, importance widget.Importance) {
	d.status.Importance = importance
	d.status.SetText(words)
	if (words != "") != d.status.Visible() {
		widgets.SetVisible(d.status, words != "")
		d.popup.Content.Refresh()
	}
}

func (d *Dialog) enable() {
	widgets.SetEnabled(d.accept, d.valid && !d.saving)
	widgets.SetEnabled(d.cancel, !d.saving)
	widgets.SetEnabled(d.test, d.check.running() || d.valid && !d.saving)
	widgets.SetEnabled(d.copy, d.check.done())
	if d.guide != nil {
		d.guide.enable()
	}
}

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

func (d *Dialog) checkChanged() {
	label := d.s.Text.S("settings.test")
	if d.check.running() {
		label = d.s.Text.S("settings.test.stop")
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
func (d *Dialog) secrets() view.ProfileSecrets {
	s := view.ProfileSecrets{Client: core.NewSecret(d.secret.Text)}
	if d.certificates.mutual.Checked {
		s.Passphrase = core.NewSecret(d.certificates.passphrase.Text)
	}
	return s
}

// save hands the profile over and closes the dialog once it is kept.
func (d *Dialog) save(sessionOnly bool) {
	p, problems := d.form.profile()
	if len(problems) > 0 || d.saving {
		return
	}
	secrets := d.secrets()
	d.saving = true
	d.Say(d.s.Text.S("settings.saving"), widget.LowImportance)
	d.enable()
	d.settleQueued(p, func(q view.Queued) { d.keep(p, secrets, sessionOnly, q) }, func(err error) {
		d.saving = false
		d.Say("", widget.LowImportance)
		d.enable()
		if err != nil {
			d.Say(wording.Explained(d.s.Text, err), widget.DangerImportance)
		}
	})
}

// keep saves the profile as it was decided.
func (d *Dialog) keep(p core.Profile, secrets view.ProfileSecrets, sessionOnly bool, q view.Queued) {
	view.Async(d.s, func(ctx context.Context) (struct{}, error) {
		err := d.s.Ctl.SaveProfile(ctx, d.previous, p, secrets, sessionOnly, q)
		if err != nil {
			return struct{}{}, err
		}
		if d.previous == "" {
			err = d.s.Ctl.Use(ctx, p.Name)
		}
		if d.form.opened.Metrics.Listen != "" && p.Metrics.Listen == "" {
			err = errors.Join(err, d.s.Ctl.StopMetrics(ctx))
		}
		if err != nil {
			err = &view.NotReadyError{Err: err}
		}
		return struct{}{}, err
	}, func(_ struct{}, err error) {
		d.saving = false
		d.enable()
		var amiss *view.NotReadyError
		if err != nil && !errors.As(err, &amiss) {
			d.notSaved(err, secrets, sessionOnly)
			return
		}
		d.applyAppearance()
		d.Close(true)
		if amiss != nil {
			d.s.Failed(amiss)
		}
	})
}

// notSaved says why; where the keychain is the reason, the secrets may be kept
// for this session only.
func (d *Dialog) notSaved(err error, secrets view.ProfileSecrets, sessionOnly bool) {
	t := d.s.Text
	d.Say(wording.Explained(t, err), widget.DangerImportance)
	if sessionOnly || secrets.Client.IsZero() && secrets.Passphrase.IsZero() || !ofKeychain(err) {
		return
	}
	words := widgets.NewLabel(wording.Explained(t, err)+"\n\n"+t.S("settings.session.offer"), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	view.Confirm(d.s, t.S("settings.session.title"), words, t.S("settings.cancel"), t.S("settings.session.yes"), func() { d.save(true) }, func() {})
}

// Close takes the dialog away. While the profile is being saved it stays.
func (d *Dialog) Close(saved bool) {
	if d.saving {
		return
	}
	d.hide()
	if saved {
		d.s.ProfileChanged()
	}
	if d.done != nil {
		d.done(saved)
	}
}

// hide takes the dialog off the window, and every secret that was typed with
// it.
func (d *Dialog) hide() {
	d.check.stop()
	d.secret.Text, d.certificates.passphrase.Text = "", ""
	d.popup.Hide()
	d.unscroll()
	d.s.Settings = nil
}
