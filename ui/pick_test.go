package ui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestTheDesktopsDialogTakesMany files or folders, in both languages, by button and
// by key.
func TestTheDesktopsDialogTakesMany(t *testing.T) {
	ctrl := fyne.KeyModifierShortcutDefault
	for _, c := range []struct {
		language, button string
		keys             fyne.Shortcut
		want             view.FileQuestion
	}{
		{"en", "Add files", nil, view.FileQuestion{Title: "Add files", Accept: "Add", All: "All files"}},
		{"en", "Choose files…", nil, view.FileQuestion{Title: "Add files", Accept: "Add", All: "All files"}},
		{"ru", "Выбрать папку…", nil, view.FileQuestion{Title: "Добавить папки", Accept: "Добавить", All: "Все файлы", Folders: true}},
		{"ru", "", &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: ctrl}, view.FileQuestion{Title: "Добавить файлы", Accept: "Добавить", All: "Все файлы"}},
		{"en", "", &desktop.CustomShortcut{KeyName: fyne.KeyO, Modifier: ctrl | fyne.KeyModifierShift}, view.FileQuestion{Title: "Add folders", Accept: "Add", All: "All files", Folders: true}},
	} {
		ctl := viewtest.NewFake()
		ctl.ScanResult = core.Scan{Sources: make([]core.Source, 3)}
		var got view.FileQuestion
		ctl.Dialogs.Pick = func(_ context.Context, q view.FileQuestion) ([]string, error) {
			got = q
			return []string{"/a/Договор № 118.docx", "/a/two words", "/b"}, nil
		}
		h := open(t, ctl, c.language, "light")
		if c.keys != nil {
			h.press(c.keys)
		} else {
			h.Tap(c.button)
		}
		h.Called(`scan ["/a/Договор № 118.docx" "/a/two words" "/b"]`)
		c.want.Many = true
		if got.Title != c.want.Title || got.Accept != c.want.Accept || got.All != c.want.All || got.Folders != c.want.Folders || !got.Many || got.Save {
			t.Errorf("%s: asked %+v, want %+v", c.language, got, c.want)
		}
	}
}

func TestACancelledDialogDoesNothing(t *testing.T) {
	ctl := viewtest.NewFake()
	answered := make(chan struct{})
	ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) {
		defer close(answered)
		return nil, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
	}
	h := open(t, ctl, "en", "light")
	h.Tap("Add files")
	h.Until("the answer", func() bool {
		select {
		case <-answered:
			return len(h.Queue) == 0
		default:
			return false
		}
	})
	if h.w.win.Canvas().Overlays().Top() != nil || h.w.transfers.Notice.Content.Visible() {
		t.Errorf("the window says\n%s", h.Words())
	}
}

// TestAskingAgainClosesTheDialogBefore, which may be out of sight.
func TestAskingAgainClosesTheDialogBefore(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.ScanResult = core.Scan{Sources: make([]core.Source, 1)}
	var first atomic.Pointer[context.Context]
	ctl.Dialogs.Pick = func(ctx context.Context, _ view.FileQuestion) ([]string, error) {
		if first.CompareAndSwap(nil, &ctx) {
			<-ctx.Done()
			return nil, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
		}
		return []string{"/second"}, nil
	}
	h := open(t, ctl, "en", "light")
	h.Tap("Add files")
	h.Called(`pick "Add files" save=false folders=false many=true`)
	h.Until("the first dialog", func() bool { return first.Load() != nil })
	h.Tap("Choose folder…")
	h.Called(`scan ["/second"]`)
	if (*first.Load()).Err() == nil {
		t.Error("the first dialog is still open")
	}
}

// TestABrokenDialogGivesWayToTheProgramsOwn, and the file chosen there is added.
func TestABrokenDialogGivesWayToTheProgramsOwn(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeInternal, Err: errors.New("portal: no backend")}
	}
	h := open(t, ctl, "ru", "light")
	h.Tap("Добавить")
	h.Until("the dialog", func() bool { return h.w.win.Canvas().Overlays().Top() != nil })
	h.Says("Добавить")
	if strings.Contains(h.Words(), "no backend") {
		t.Error("the raw cause is shown")
	}
}

func TestImportChoosesByTheDesktopsDialog(t *testing.T) {
	ctl := viewtest.Busy()
	h := open(t, ctl, "en", "light")
	ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) { return []string{"/x/new.toml"}, nil }
	h.w.importProfile()
	h.Called("import new.toml")
}
