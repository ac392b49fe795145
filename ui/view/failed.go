package view

import (
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// ShowError says why an action failed and what to do about it. The raw cause is
// behind a button.
func ShowError(host *Host, err error) {
	e := core.AsError(err)
	if e == nil {
		return
	}
	sentence, advice := host.Text.Explain(e)
	label := widget.NewLabel(wording.Capital(sentence) + ".\n" + advice)
	label.Wrapping = fyne.TextWrapWord
	var d *dialog.CustomDialog
	details := widgets.NewButton(host.Text.S("action.details"), func() {
		d.Hide()
		ShowFacts(host, wording.Capital(sentence), host.Text.CauseFacts(e))
	})
	ok := widgets.NewButton(host.Text.S("button.ok"), func() { d.Hide() })
	ok.Importance = widget.HighImportance
	buttons := []fyne.CanvasObject{details, ok}
	if Testable(e) && host.Settings == nil {
		buttons = []fyne.CanvasObject{details, TestButton(host, e, func() { d.Hide() }), ok}
	}
	title := "error.title"
	if saved := new(NotReadyError); errors.As(err, &saved) {
		title = "error.title.saved"
	}
	d = dialog.NewCustomWithoutButtons(host.Text.S(title), label, host.Win)
	d.SetButtons(buttons)
	d.Resize(fyne.NewSize(Within(host, 460, 0).Width, d.MinSize().Height))
	Present(host, d)
}

// Testable reports whether the connection test may say more about an error.
func Testable(e *core.Error) bool {
	if e == nil {
		return false
	}
	switch e.Code {
	case core.CodeProfileInvalid, core.CodeProfileNotFound, core.CodeProfileRemains, core.CodeProfileUnrestored, core.CodePortBusy, core.CodeAlreadyRunning,
		core.CodeStoreFailed, core.CodeStoreNewer, core.CodeStoreDamaged:
		return false // nothing to do with the connection
	case core.CodeRedirect, core.CodeAnswerInvalid:
		return true
	}
	switch e.Kind {
	case core.KindAuth, core.KindTLS, core.KindNetwork, core.KindConfig:
		return true
	}
	return false
}

// TestButton is a button that hides a dialog and begins the connection test, in the
// settings at the tab that concerns the error.
func TestButton(host *Host, e *core.Error, hide func()) *widgets.PushButton {
	return widgets.NewButton(host.Text.S("settings.test"), func() {
		hide()
		host.TestConnection(TabFor(e))
	})
}
