package ui

import (
	"log/slog"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestPictures draws every page and dialog in both themes and languages, also at
// the smallest size. Set INGESTER_PICTURES to a folder to look at them.
func TestPictures(t *testing.T) {
	for _, look := range viewtest.Looks() {
		t.Run(look.Name, func(t *testing.T) {
			for _, size := range []struct {
				name          string
				width, height float32
			}{{"", 1100, 720}, {"small-", 640, 420}} {
				ctl := viewtest.Busy()
				h := open(t, ctl, look.Language, look.Theme)
				h.w.win.Resize(fyne.NewSize(size.width, size.height))
				h.fillLog()
				h.working()
				h.record()
				for i, page := range []string{"transfers", "history", "metrics", "log"} {
					h.w.choose(i)
					if i == 1 {
						h.listsHistory()
					}
					h.Picture(size.name + page + "-" + look.Name)
				}
			}
			h := open(t, viewtest.Fresh(), look.Language, look.Theme)
			h.Until("the first run", func() bool { return h.w.first != nil })
			h.Picture("firstrun-" + look.Name)
			h.w.win.Resize(fyne.NewSize(640, 420))
			h.Picture("small-firstrun-" + look.Name)
		})
	}
	t.Run("empty", func(t *testing.T) {
		h := open(t, viewtest.NewFake(), "en", "light")
		h.Picture("empty")
	})
}

// record gives the page of the metrics five minutes of work.
func (h *harness) record() { viewtest.Record(h.w.recorder.Take) }

// fillLog writes what a program logs in a minute.
func (h *harness) fillLog() { viewtest.FillLog(slog.New(h.w.buffer)) }
