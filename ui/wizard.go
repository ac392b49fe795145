package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// tabTest is the last page of a wizard: the connection test.
const tabTest settingsTab = "test"

// wizard leads through the settings dialog's form one page at a time. Back and
// Next are its own; the form and its pages, saving and the test are the
// dialog's.
type wizard struct {
	d     *settingsDialog
	pages []settingsTab // the last is tabTest
	at    int
	due   bool // the test is to begin
	where *label
	lead  *label
	back  *quietButton
	next  *pushButton
}

// showConnect leads to a new profile.
func showConnect(s *shell) {
	openWizard(s, "", core.NewProfile(""), tabServer, tabSignIn, tabCertificates, tabTest)
}

// showImported asks for what a profile file never holds, its secrets, and
// tests the whole.
func showImported(s *shell, p core.Profile) {
	openWizard(s, p.Name, p, tabSignIn, tabCertificates, tabTest)
}

// openWizard shows the pages of p's settings, unless settings are open.
func openWizard(s *shell, previous string, p core.Profile, pages ...settingsTab) {
	if s.settings != nil {
		return
	}
	d := newSettings(s, previous, p, nil)
	d.guide = &wizard{d: d, pages: pages}
	d.show(d.guide.content())
	d.guide.turn(0)
}

// content is the head, the rows of the page, and the footer.
func (w *wizard) content() fyne.CanvasObject {
	d, t := w.d, w.d.s.text
	words := t.s("wizard.title")
	if d.previous != "" {
		words = t.s("wizard.title.import", args{"Name": d.previous})
	}
	title := newLabel(words, theme.SizeNameSubHeadingText, widget.MediumImportance, true)
	title.Truncation = fyne.TextTruncateEllipsis
	w.where = newLabel("", theme.SizeNameCaptionText, widget.LowImportance, false)
	w.lead = newLabel("", theme.SizeNameText, widget.MediumImportance, false)
	w.lead.Wrapping = fyne.TextWrapWord
	w.back = newQuietButton(t.s("button.back"), func() { w.turn(w.at - 1) })
	w.next = newButton(t.s("wizard.next"), w.forward)
	w.next.Importance = widget.HighImportance

	pad := theme.Padding() * 4
	head := container.New(layout.NewCustomPaddedVBoxLayout(0),
		container.New(layout.NewCustomPaddedLayout(pad/2, pad/2, pad/2, pad/2),
			container.New(layout.NewCustomPaddedVBoxLayout(-theme.Padding()), title, w.where)),
		widget.NewSeparator())
	body := d.body(pad, w.pages[:len(w.pages)-1], w.lead)
	foot := d.footer(pad, outlined(w.back), w.next)
	d.accept.SetText(t.s("wizard.finish"))
	return container.NewBorder(head, foot, nil, nil, body)
}

// forward goes to the next page, unless something on this one is wrong: then
// it is said beside the fields.
func (w *wizard) forward() {
	if found := w.d.form.leaveAll(w.pages[w.at]); len(found) > 0 {
		w.d.say(w.d.s.text.s("wizard.mistake"), widget.WarningImportance)
		if entry := w.d.form.entryOf(found[0].Field); entry != nil {
			w.d.s.win.Canvas().Focus(entry)
		}
		return
	}
	w.turn(w.at + 1)
}

// goTo shows the page of a tab, where the wizard has one.
func (w *wizard) goTo(tab settingsTab) {
	for i, page := range w.pages {
		if page == tab {
			w.turn(i)
		}
	}
}

// turn shows a page. The test is reached past valid pages only, and begins at
// once.
func (w *wizard) turn(at int) {
	d, t := w.d, w.d.s.text
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
	w.where.SetText(t.s("wizard.step", args{"N": w.at + 1, "All": len(w.pages), "Page": t.s("wizard.page." + string(page))}))
	w.lead.SetText(t.s("wizard.lead." + string(page)))
	setVisible(w.next, w.at < last)
	for _, o := range append(d.tools, d.accept, d.check.row) {
		setVisible(o, w.at == last)
	}
	d.say("", widget.LowImportance)
	d.turn(page)
	d.enable()
	d.popup.Content.Refresh()
	w.due = w.at == last
	w.tested()
	if w.at == last {
		d.s.win.Canvas().Unfocus()
		return
	}
	entry := firstEntry(d.pages[page])
	if page == tabSignIn && d.previous != "" {
		entry = d.secret.formEntry // all that a profile file lacks
	}
	if mended := d.form.entryOf(wrong); mended != nil {
		entry = mended
	}
	d.s.win.Canvas().Focus(entry)
}

// refused goes back to the page of the files where the last one was reached
// before they had been read.
func (w *wizard) refused() {
	if w.at == len(w.pages)-1 && !w.d.saving {
		w.turn(w.at)
	}
}

// enable is the part of the dialog's that is about Back and Next.
func (w *wizard) enable() {
	setEnabled(w.back, w.at > 0 && !w.d.saving)
	setEnabled(w.next, !w.d.saving)
}

// tested begins the test that is due once an earlier one has ended, and says
// what to do when the test has found something.
func (w *wizard) tested() {
	check := w.d.check
	switch {
	case check.running():
	case w.due:
		w.due = false
		w.d.toggleTest()
	case w.at == len(w.pages)-1 && check.done() && check.told():
		w.d.say(w.d.s.text.s("wizard.test.failed"), widget.WarningImportance)
	}
}

// firstEntry is the first visible entry in an object, nil for none.
func firstEntry(o fyne.CanvasObject) fyne.Focusable {
	if !o.Visible() {
		return nil
	}
	switch o := o.(type) {
	case *formEntry:
		return o
	case *fyne.Container:
		for _, inner := range o.Objects {
			if e := firstEntry(inner); e != nil {
				return e
			}
		}
	}
	return nil
}
