package settings

import (
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

// tabTest is the last page of a wizard: the connection test.
const tabTest view.Tab = "test"

// wizard leads through the pages of a settings dialog one at a time. It adds Back and
// Next; the form, the pages, saving and the test are the dialog's.
type wizard struct {
	d     *Dialog
	pages []view.Tab // the last is tabTest
	at    int
	due   bool // the test is to begin when the one before has ended
	where *widgets.Label
	lead  *widgets.Label
	back  *widgets.QuietButton
	next  *widgets.PushButton
}

// ShowConnect opens the wizard for a new profile.
func ShowConnect(host *view.Host) {
	openWizard(host, "", core.NewProfile(""), view.TabServer, view.TabSignIn, view.TabCertificates, tabTest)
}

// ShowImported opens the wizard for an imported profile: it asks for the secrets, which
// a profile file never has, and tests the profile.
func ShowImported(host *view.Host, p core.Profile) {
	openWizard(host, p.Name, p, view.TabSignIn, view.TabCertificates, tabTest)
}

// openWizard shows the pages for p, unless settings are open.
func openWizard(host *view.Host, previous string, p core.Profile, pages ...view.Tab) {
	if host.Settings != nil {
		return
	}
	d := newSettings(host, previous, p, nil)
	w := &wizard{d: d, pages: pages}
	d.guide = w
	d.show(w.content())
	w.turn(0)
}

// content is the head, the rows of the page, and the footer.
func (w *wizard) content() fyne.CanvasObject {
	d, t := w.d, w.d.host.Text
	words := t.S("wizard.title")
	if d.previous != "" {
		words = t.S("wizard.title.import", wording.Args{"Name": d.previous})
	}
	title := widgets.NewLabel(words, theme.SizeNameSubHeadingText, widget.MediumImportance, true)
	title.Truncation = fyne.TextTruncateEllipsis
	w.where = widgets.NewLabel("", theme.SizeNameCaptionText, widget.LowImportance, false)
	w.lead = widgets.NewLabel("", theme.SizeNameText, widget.MediumImportance, false)
	w.lead.Wrapping = fyne.TextWrapWord
	w.back = widgets.NewQuietButton(t.S("button.back"), func() { w.turn(w.at - 1) })
	w.next = widgets.NewButton(t.S("wizard.next"), w.forward)
	w.next.Importance = widget.HighImportance

	pad := theme.Padding() * 4
	head := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(pad/2, pad/2, pad/2, pad/2),
			container.New(layout.NewCustomPaddedVBoxLayout(-theme.Padding()), title, w.where)),
		widget.NewSeparator())
	body := d.body(pad, w.pages[:len(w.pages)-1], w.lead)
	foot := d.footer(pad, widgets.Outlined(w.back), w.next)
	d.accept.SetText(t.S("wizard.finish"))
	return container.NewBorder(head, foot, nil, nil, body)
}

// forward goes to the next page, or shows what is wrong on this one.
func (w *wizard) forward() {
	if found := w.d.form.leaveAll(w.pages[w.at]); len(found) > 0 {
		w.d.Say(w.d.host.Text.S("wizard.mistake"), widget.WarningImportance)
		if entry := w.d.form.entryOf(found[0].Field); entry != nil {
			w.d.host.Win.Canvas().Focus(entry)
		}
		return
	}
	w.turn(w.at + 1)
}

// goOn implements guide.
func (w *wizard) goOn() {
	switch {
	case w.at < len(w.pages)-1:
		w.forward()
	case !w.d.accept.Disabled():
		w.d.accept.OnTapped()
	}
}

// goTo implements guide.
func (w *wizard) goTo(tab view.Tab) {
	for i, page := range w.pages {
		if page == tab {
			w.turn(i)
		}
	}
}

// turn shows a page. The last page is shown if all others are valid, and begins the
// test; otherwise it shows the first page that is not.
func (w *wizard) turn(at int) {
	d, t := w.d, w.d.host.Text
	last, wrong := len(w.pages)-1, ""
	if at == last {
		for i, page := range w.pages[:last] {
			if found := d.form.leaveAll(page); len(found) > 0 {
				at, wrong = i, found[0].Field
				break
			}
		}
	}
	d.check.stop()
	w.at = max(0, min(at, last))
	page := w.pages[w.at]
	w.where.SetText(t.S("wizard.step", wording.Args{"N": w.at + 1, "All": len(w.pages), "Page": t.S("wizard.page." + string(page))}))
	w.lead.SetText(t.S("wizard.lead." + string(page)))
	widgets.SetVisible(w.next, w.at < last)
	for _, o := range append(d.tools, d.accept, d.check.row) {
		widgets.SetVisible(o, w.at == last)
	}
	d.Say("", widget.LowImportance)
	d.turn(page)
	d.enable()
	d.popup.Content.Refresh()
	w.due = w.at == last
	w.tested()
	if w.at == last {
		d.host.Win.Canvas().Unfocus()
		return
	}
	entry := firstEntry(d.pages[page])
	if page == view.TabSignIn && d.previous != "" {
		entry = d.secret.formEntry // which is all that a profile file lacks
	}
	if e := d.form.entryOf(wrong); e != nil {
		entry = e
	}
	d.host.Win.Canvas().Focus(entry)
}

// refused implements guide. If the last page was reached before the files had been
// read, it goes back to their page.
func (w *wizard) refused() {
	if w.at == len(w.pages)-1 && !w.d.saving {
		w.turn(w.at)
	}
}

// enable implements guide.
func (w *wizard) enable() {
	widgets.SetEnabled(w.back, w.at > 0 && !w.d.saving)
	widgets.SetEnabled(w.next, !w.d.saving)
}

// tested implements guide. It begins the test that is due when an earlier one has
// ended, and says what to do if the test has failed.
func (w *wizard) tested() {
	check := w.d.check
	switch {
	case check.running():
	case w.due:
		w.due = false
		w.d.toggleTest()
	case w.at == len(w.pages)-1 && check.done() && check.failed():
		w.d.Say(w.d.host.Text.S("wizard.test.failed"), widget.WarningImportance)
	}
}
