package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestFailureSaysWhy checks in both languages that the window says what has failed
// and what to do, has the raw cause behind a button, and fits.
func TestFailureSaysWhy(t *testing.T) {
	err := fmt.Errorf("take the queue: %w", &core.Error{Kind: core.KindConfig, Code: core.CodeAlreadyRunning, Err: errors.New("locked by 4711")})
	for language, want := range map[string][]string{
		"en": {"Ingester can't start", "Ingester is running already. Use its window", "Details…", "locked by 4711"},
		"ru": {"Не удаётся запустить Ingester", "Ingester уже запущен. Используйте его окно", "Подробности…", "locked by 4711"},
	} {
		a := viewtest.NewTestApp(t)
		a.Preferences().SetString(view.PrefLanguage, language)
		words, lookErr := appearance(a)
		if lookErr != nil {
			t.Fatal(lookErr)
		}
		win := newFailure(a, words, err)
		h := &viewtest.Stage{T: t, App: a, Win: win}
		says := func(want ...string) {
			for _, w := range want {
				h.Says(w)
			}
		}
		says(want[:2]...)
		if strings.Contains(h.Words(), want[3]) {
			t.Error("the raw cause is shown")
		}
		h.Tap(want[2])
		says(want[3])
		f := viewtest.NewFitter(t, language)
		h.Fits(f, "failure")
		closed := false
		win.SetOnClosed(func() { closed = true })
		win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
		if !closed {
			t.Error("Escape doesn't close it")
		}
	}
}
