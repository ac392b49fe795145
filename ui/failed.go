package ui

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

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
		s.testConnection(tabFor(e))
	})
}
