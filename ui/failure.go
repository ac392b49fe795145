package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// ShowFailure says in a window why the program can't start, since nobody sees the
// standard error of a program that the desktop starts. It blocks until the window is
// closed or ctx ends. It runs the application's event loop, so it must be called on the
// main goroutine, instead of [Window.ShowAndRun].
func ShowFailure(ctx context.Context, a fyne.App, err error) error {
	t, otherErr := appearance(a)
	if otherErr != nil {
		return otherErr
	}
	win := newFailure(a, t, err)
	stop := context.AfterFunc(ctx, func() { fyne.Do(a.Quit) })
	defer stop()
	win.ShowAndRun()
	return nil
}

// newFailure is a window that says what has failed and what to do, with the raw cause
// behind a button.
func newFailure(a fyne.App, t *wording.Text, err error) fyne.Window {
	win := a.NewWindow(title)
	win.SetIcon(widgets.AppIcon())
	heading := widgets.NewCaption(t.S("failure.title"), theme.ColorNameForeground, theme.SizeNameSubHeadingText)
	heading.Bold = true
	words := widgets.NewLabel(t.Explained(err), theme.SizeNameText, widget.MediumImportance, false)
	words.Wrapping = fyne.TextWrapWord
	cause := widgets.NewLabel(wording.Plain(err.Error()), widgets.SizeSmall, widget.LowImportance, false)
	cause.Wrapping, cause.Selectable = fyne.TextWrapWord, true
	cause.Hide()
	body := container.NewVBox(words, cause)
	var details *widgets.QuietButton
	details = widgets.NewQuietButton(t.S("action.details"), func() {
		cause.Show()
		details.Hide()
		body.Refresh()
	})
	copied := widgets.NewQuietButton(t.S("button.copy"), func() { a.Clipboard().SetContent(t.Explained(err) + "\n" + err.Error()) })
	shut := widgets.NewButton(t.S("button.close"), win.Close)
	shut.Importance = widget.HighImportance
	icon := container.New(widgets.Square(24), widget.NewIcon(widgets.NewIcons().Get("warning", theme.ColorNameError)))
	head := container.New(&widgets.HBox{Gap: 12}, icon, heading)
	foot := container.NewHBox(layout.NewSpacer(), widgets.Outlined(copied), widgets.Outlined(details), shut)
	win.SetContent(widgets.Inset(20, 16, 20, 16, container.NewBorder(head, foot, nil, nil, container.NewVScroll(body))))
	win.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			win.Close()
		}
	})
	win.Resize(fyne.NewSize(520, 240))
	win.CenterOnScreen()
	win.Canvas().Focus(shut)
	return win
}

// appearance sets the chosen theme and returns the texts in the chosen language.
func appearance(a fyne.App) (*wording.Text, error) {
	locale := a.Preferences().String(view.PrefLanguage)
	if locale == "" {
		locale = lang.SystemLocale().LanguageString()
	}
	t, err := wording.NewText(locale)
	if err != nil {
		return nil, err
	}
	a.Settings().SetTheme(widgets.NewTheme(a.Preferences().String(view.PrefTheme)))
	return t, nil
}
