package ui

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// fact is a line of a details dialog.
type fact struct{ name, value string }

// facts are what is known of a transfer. The raw cause comes last.
func (t *text) facts(r *row, now time.Time) []fact {
	words := t.present(r, 0, 0, now)
	state := words.status
	_, advice := t.explain(r.err())
	if r.state() == core.StateUnknown { // whatever went wrong last
		code := core.CodeOutcomeUnknown
		if e := r.err(); e != nil && e.Code == core.CodeNotListed {
			code = e.Code
		}
		state, advice = t.explain(&core.Error{Code: code})
	}
	out := []fact{{t.s("fact.state"), capital(state)}}
	if advice != "" {
		out = append(out, fact{t.s("fact.advice"), advice})
	}
	if again := r.late().notBefore; r.state() == core.StateUnknown && again.After(now) {
		out = append(out, fact{t.s("fact.asked_again"), t.moment(again)})
	}
	out = append(out, fact{t.s("fact.path"), plain(r.path)}, fact{t.s("fact.size"), words.size + " (" + t.n("count.bytes", int(r.size)) + ")"})
	if server := r.way.Value().server; server != "" {
		out = append(out, fact{t.s("fact.server"), server})
	}
	if r.attempts() > 0 {
		out = append(out, fact{t.s("fact.attempts"), t.number(int64(r.attempts()))})
	}
	if c := r.receipt(); c != nil {
		out = append(out, fact{t.s("fact.file_id"), plain(c.FileID)}, fact{"SHA-256", string(c.SHA256)},
			fact{t.s("fact.stored"), t.moment(c.UploadedAt)})
		if !c.ExpiresAt.IsZero() {
			out = append(out, fact{t.s("fact.expires"), t.moment(c.ExpiresAt)})
		}
		out = append(out, t.differing(c)...)
	}
	return append(out, t.causes(r.err())...)
}

// causes are the technical lines of an error.
func (t *text) causes(e *core.Error) []fact {
	if e == nil {
		return nil
	}
	var out []fact
	if e.ServerText != "" || e.ServerCode != "" {
		out = append(out, fact{t.s("fact.answer"), plain(strings.TrimSpace(e.ServerCode + " " + e.ServerText))})
	}
	return append(out, fact{t.s("fact.cause"), plain(e.Error()) + " [" + string(e.Code) + "]"})
}

// moment says a time in this computer's zone.
func (t *text) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format("2006-01-02 15:04:05")
}

// showDetails opens everything that is known of a transfer.
func (v *transfersView) showDetails(id core.TransferID) {
	r := v.model.Find(id)
	if r == nil {
		return
	}
	showTransfer(v.sh, *r)
}

// showTransfer opens everything that is known of a transfer, with its
// attempts.
func showTransfer(s *shell, r row) {
	async(s, func(ctx context.Context) ([]core.Attempt, error) { return s.ctl.Attempts(ctx, r.id) },
		func(attempts []core.Attempt, err error) {
			if err != nil {
				s.log.Warn("reading attempts", "transfer", r.id, "error", err)
			}
			facts := s.text.facts(&r, s.now())
			for _, a := range attempts {
				facts = append(facts, s.text.attempt(a))
			}
			_, name := splitName(r.name)
			var more []fyne.CanvasObject
			if testable(r.err()) && s.settings == nil {
				more = append(more, testButton(s, r.err(), func() { s.escape() }))
			}
			showFacts(s, name, facts, more...)
		})
}

// attempt says when one try began, how long it took, how far it came and what
// became of it.
func (t *text) attempt(a core.Attempt) fact {
	parts := []string{t.moment(a.Start)}
	if a.End.After(a.Start) {
		parts = append(parts, millis(t, a.End.Sub(a.Start)))
	}
	parts = append(parts, t.size(a.Sent))
	switch {
	case a.Code != "":
		sentence, _ := t.explain(&core.Error{Code: a.Code, Status: a.Status})
		parts = append(parts, sentence)
	case !a.End.IsZero():
		parts = append(parts, t.s("state.stored"))
	}
	words := strings.Join(parts, " · ")
	if a.Detail != "" {
		words += "\n" + plain(a.Detail)
	}
	return fact{t.s("fact.attempt", args{"N": t.number(int64(a.Number))}), words}
}

// showFacts opens a dialog of names and values that can be copied. More buttons
// than that come before them.
func showFacts(s *shell, title string, facts []fact, more ...fyne.CanvasObject) {
	grid := container.New(layout.NewFormLayout())
	var plainText strings.Builder
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		grid.Add(newLabel(f.name, theme.SizeNameText, widget.LowImportance, false))
		grid.Add(copyable(s, f))
		plainText.WriteString(f.name + ": " + f.value + "\n")
	}
	content := container.NewVScroll(inset(0, 0, 10, 0, grid)) // beside the bar
	var d *dialog.CustomDialog
	copyAll := newButton(s.text.s("button.copy"), func() { s.app.Clipboard().SetContent(plainText.String()) })
	shut := newButton(s.text.s("button.close"), func() { d.Hide() })
	shut.Importance = widget.HighImportance
	d = dialog.NewCustomWithoutButtons(ellipsis(title, 420, sizes["text"], fyne.TextStyle{Bold: true}), content, s.win)
	d.SetButtons(append(more, copyAll, shut))
	d.Resize(within(s, 620, 400))
	presentScroll(s, d, content)
}

// copyable shows a value with a button that copies it. Fyne's selectable text
// would take the focus and every key with it, Escape too, and can't be selected
// by keys.
func copyable(s *shell, f fact) fyne.CanvasObject {
	value := widget.NewLabel(f.value)
	value.Wrapping = fyne.TextWrapWord
	button := newIconButton(s.text.s("action.copy", args{"Name": f.name}), theme.ContentCopyIcon(), func() { s.app.Clipboard().SetContent(f.value) })
	button.Importance = widget.LowImportance
	return container.NewBorder(nil, nil, nil, container.NewVBox(button), value)
}

// within is a dialog's size, not larger than the window.
func within(s *shell, width, height float32) fyne.Size {
	c := s.win.Canvas().Size()
	return fyne.NewSize(min(width, c.Width-24), min(height, c.Height-24))
}

// showError says that an action failed: the sentence and the advice; the raw
// cause is behind a button.
func showError(s *shell, err error) {
	e := core.AsError(err)
	if e == nil {
		return
	}
	sentence, advice := s.text.explain(e)
	label := widget.NewLabel(capital(sentence) + ".\n" + advice)
	label.Wrapping = fyne.TextWrapWord
	var d *dialog.CustomDialog
	details := newButton(s.text.s("action.details"), func() {
		d.Hide()
		showFacts(s, capital(sentence), s.text.causes(e))
	})
	ok := newButton(s.text.s("button.ok"), func() { d.Hide() })
	ok.Importance = widget.HighImportance
	buttons := []fyne.CanvasObject{details, ok}
	if testable(e) && s.settings == nil {
		buttons = []fyne.CanvasObject{details, testButton(s, e, func() { d.Hide() }), ok}
	}
	title := "error.title"
	if amiss := new(NotReadyError); errors.As(err, &amiss) {
		title = "error.title.saved"
	}
	d = dialog.NewCustomWithoutButtons(s.text.s(title), label, s.win)
	d.SetButtons(buttons)
	d.Resize(fyne.NewSize(within(s, 460, 0).Width, d.MinSize().Height))
	present(s, d)
}

// testable reports whether the connection test can say more about an error.
func testable(e *core.Error) bool {
	if e == nil {
		return false
	}
	switch e.Code {
	case core.CodeProfileInvalid, core.CodeProfileNotFound, core.CodeProfileRemains, core.CodeProfileUnrestored, core.CodePortBusy, core.CodeAlreadyRunning,
		core.CodeStoreFailed, core.CodeStoreNewer, core.CodeStoreDamaged:
		return false // no connection would mend it
	case core.CodeRedirect, core.CodeAnswerInvalid:
		return true
	}
	switch e.Kind {
	case core.KindAuth, core.KindTLS, core.KindNetwork, core.KindConfig:
		return true
	}
	return false
}

// testButton closes a dialog and begins the connection test where an error can
// be mended.
func testButton(s *shell, e *core.Error, hide func()) *pushButton {
	return newButton(s.text.s("settings.test"), func() {
		hide()
		testConnection(s, tabFor(e))
	})
}

var skipKeys = map[core.SkipReason]string{ //nolint:gochecknoglobals // a table
	core.SkipSymlink: "skip.symlink", core.SkipSpecial: "skip.special",
	core.SkipUnreadable: "skip.unreadable", core.SkipMissing: "skip.missing", core.SkipDuplicate: "skip.duplicate", skipNoPath: "skip.no_path",
}

// mostSkipped is how many skipped paths a dialog names.
const mostSkipped = 200

// showSkipped says what a drop left out, and why.
func showSkipped(s *shell, skipped []core.Skipped) {
	facts := make([]fact, 0, min(len(skipped), mostSkipped)+1)
	for i, k := range skipped {
		if i == mostSkipped {
			facts = append(facts, fact{"…", s.text.n("drop.more", len(skipped)-mostSkipped)})
			break
		}
		facts = append(facts, fact{s.text.s(skipKeys[k.Reason]), plain(k.Path)})
	}
	showFacts(s, capital(s.text.n("drop.skipped", len(skipped))), facts)
}
