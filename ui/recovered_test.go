package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// A damaged queue is reported above the page until that is dismissed: what was
// saved, what was lost, where the damaged file is. Its folders can be scanned
// again. A change of the language shows it again, unless it was dismissed.
func TestRecoveredBar(t *testing.T) {
	for _, tt := range []struct {
		name     string
		recovery core.Recovery
		en, ru   string
	}{
		{"part", core.Recovery{Path: "/home/a/queue.db.corrupt-1", Queued: 390, Stored: 8, LostQueued: 2},
			"Lost: 2 entries.\nSaved: 398 entries.", "Потеряно: 2 записи.\nСпасено: 398 записей."},
		{"at least", core.Recovery{Path: "/p", Queued: 1, LostStored: 1, Uncounted: true}, "Lost: 1 entry, perhaps more.\nSaved: 1 entry.", "Потеряно: 1 запись или больше."},
		{"perhaps", core.Recovery{Path: "/p", Uncounted: true}, "Files may be missing from it.\nSaved: 0 entries.", "Возможны потери."},
		{"whole", core.Recovery{Path: "/p", Stored: 5}, "all of it was saved.\nSaved: 5 entries", "всё спасено.\nСпасено: 5 записей"},
	} {
		for language, want := range map[string]string{"en": tt.en, "ru": tt.ru} {
			t.Run(tt.name+" "+language, func(t *testing.T) {
				ctl := viewtest.NewFake()
				tt.recovery.Folders = []string{"/home/a/pictures"}
				ctl.Damaged = []core.Recovery{tt.recovery}
				h := open(t, ctl, language, "light")
				h.Until("the bar", func() bool { return h.w.recovered.content.Visible() })
				if words := h.Words(); !strings.Contains(words, want) || !strings.Contains(words, tt.recovery.Path) {
					t.Errorf("it says %q, want %q", words, want)
				}
				h.Tap(h.w.host.Text.S("recovered.look"))
				if words := h.Words(); !strings.Contains(words, ctl.Current()) || !strings.Contains(words, "/home/a/pictures") {
					t.Errorf("where it sends is not said: %q", words)
				}
				if slices.Contains(ctl.Calls(), `scan ["/home/a/pictures"]`) {
					t.Error("the folders are looked through without a question")
				}
				h.Tap(h.w.host.Text.S("recovered.look")) // of the dialog, which is above
				h.Until("the scan", func() bool { return slices.Contains(ctl.Calls(), `scan ["/home/a/pictures"]`) })
				h.w.recovered.details(h.w.recovered.left[0])
				if top := h.w.win.Canvas().Overlays().Top(); top == nil {
					t.Error("there are no details")
				} else {
					h.w.win.Canvas().Overlays().Remove(top)
				}
				viewtest.Seen(t, h.w.recovered.content, func(o fyne.CanvasObject) {
					if button, ok := o.(*widgets.IconButton); ok {
						test.Tap(button)
					}
				})
				h.Until("its end", func() bool { return !h.w.recovered.content.Visible() })
				if !slices.Contains(ctl.Calls(), "acknowledge "+tt.recovery.Path) {
					t.Errorf("asked for %v", ctl.Calls())
				}
			})
		}
	}
}

// Without folders there is no button, and without a recovery no bar.
func TestRecoveredBarWithoutFolders(t *testing.T) {
	ctl := viewtest.NewFake()
	h := open(t, ctl, "en", "light")
	if h.w.recovered.content.Visible() {
		t.Error("a bar without a reason")
	}
	ctl.Damaged = []core.Recovery{{Path: "/p", Uncounted: true}}
	h.w.recovered.read()
	h.Until("the bar", func() bool { return h.w.recovered.content.Visible() })
	if h.w.recovered.look.Visible() {
		t.Error("a button without folders")
	}
}

// The smallest window, in both languages, says how much was lost, and the details
// can scan the folders too.
func TestRecoveredBarInASmallWindow(t *testing.T) {
	for _, language := range wording.Languages() {
		ctl := viewtest.NewFake()
		ctl.Damaged = []core.Recovery{{Path: "/home/a/queue.db.corrupt-1", LostQueued: 1234, Folders: []string{"/home/a/pictures"}}}
		h := open(t, ctl, language, "light")
		h.w.win.Resize(fyne.NewSize(view.LeastWidth, view.LeastHeight))
		h.Until("the bar", func() bool { return h.w.recovered.content.Visible() })
		sentence := h.w.recovered.sentence
		if need := sentence.FullWidth() - 1; need > sentence.Size().Width {
			t.Errorf("%s: %q needs %v of %v", language, sentence.Words, need, sentence.Size().Width)
		}
		h.Tap(h.w.host.Text.S("action.details"))
		h.DialogFits()
		h.Tap(h.w.host.Text.S("recovered.look"))
		h.DialogFits() // the question
		h.Tap(h.w.host.Text.S("recovered.look"))
		h.Until("the scan", func() bool { return slices.Contains(ctl.Calls(), `scan ["/home/a/pictures"]`) })
		if h.w.win.Canvas().Overlays().Top() != nil {
			t.Error("the details are still there")
		}
	}
}
