package ui

import (
	"log/slog"
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestPictures draws every page and dialog in both themes and languages and at
// the smallest size; set INGESTER_PICTURES to a folder to look at them.
func TestPictures(t *testing.T) {
	for _, look := range viewtest.Dresses() {
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
					h.Until(page, func() bool { return i != 1 || len(h.w.pages[1].(*historyView).rows) > 0 })
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

// record lets five minutes of work pass before the metrics.
func (h *harness) record() {
	sent := 0.0
	for i := range 300 {
		sent += (14 + 8*math.Sin(float64(i)/23) + 4*math.Sin(float64(i)/7)) * (1 << 20)
		h.w.recorder.take(viewtest.Figures(viewtest.Start().Add(time.Duration(i-300)*time.Second), sent, 2+i/40%4), "")
	}
}

// fillLog writes what a program logs in a minute.
func (h *harness) fillLog() {
	log := slog.New(h.w.buffer)
	for i := range 30 {
		log.Info("file stored", "transfer", i, "seconds", 0.42, "http", "HTTP/2.0")
	}
	log.Warn("upload failed, waiting", "transfer", 12, "code", "server_busy", "status", 503, "retry_in", 8*time.Second)
	log.Error("upload failed", "transfer", 13, "code", "too_large", "status", 413)
}
