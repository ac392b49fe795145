package ui

import (
	"errors"
	"fmt"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// Fyne's caches and its settings' watcher live as long as the process.
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/internal/async.(*UnboundedChan[...]).processing"),
		goleak.IgnoreAnyFunction("fyne.io/fyne/v2/test.(*testSettings).AddChangeListener"))
}

// harness is a window on Fyne's software canvas whose UI goroutine is the
// test's own.
type harness struct {
	t     testing.TB
	app   fyne.App
	ctl   *fakeController
	w     *Window
	queue chan func()
	clock time.Time
	// closed says that the test has closed the window: Fyne's test driver
	// takes that once only.
	closed bool
}

// dresses are the languages and themes that pictures are taken in.
func dresses() []dress {
	return []dress{{"light-en", "en", "light"}, {"dark-en", "en", "dark"}, {"light-ru", "ru", "light"}, {"dark-ru", "ru", "dark"}}
}

type dress struct{ name, language, theme string }

// newTestApp is an application for one test. A capture sets the clock of Fyne's
// cache: where the last one was over a minute ago, what is built now would
// count as expired, and be thrown away, when it is drawn.
func newTestApp(t testing.TB) fyne.App {
	t.Helper()
	app := test.NewTempApp(t)
	software.NewCanvas().Capture()
	return app
}

// open starts a window in a language and a theme.
func open(t testing.TB, ctl *fakeController, language, theme string) *harness {
	t.Helper()
	return openWith(t, ctl, language, theme, func(*Window) {})
}

// openWith is open with a window that is prepared before it starts.
func openWith(t testing.TB, ctl *fakeController, language, theme string, prepare func(*Window)) *harness {
	t.Helper()
	h := &harness{t: t, app: newTestApp(t), ctl: ctl, queue: make(chan func(), 1024), clock: start}
	h.app.Preferences().SetString(prefLanguage, language)
	h.app.Preferences().SetString(prefTheme, theme)
	h.w = New(h.app, ctl, slog.New(slog.DiscardHandler), NewLogBuffer(slog.LevelDebug))
	h.w.post = func(f func()) { h.queue <- f }
	h.w.now = func() time.Time { return h.clock }
	prepare(h.w)
	if err := h.w.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.w.win.Resize(fyne.NewSize(1100, 720))
	t.Cleanup(func() {
		h.w.stop()
		ended := make(chan struct{})
		go func() { h.w.close(); close(ended) }()
		for {
			select {
			case f := <-h.queue:
				f()
			case <-ended:
				if !h.closed {
					h.w.win.Close()
				}
				return
			}
		}
	})
	h.until("the first snapshot", func() bool { return len(h.w.model.rows) == len(ctl.snapshot.Transfers) && h.w.header.link == ctl.link })
	return h
}

// until runs the UI goroutine until something is true.
func (h *harness) until(what string, true func() bool) {
	h.t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !true() {
		select {
		case f := <-h.queue:
			f()
		case <-h.ctl.changed:
		case <-late.C:
			h.t.Fatalf("still waiting for %s; asked: %q", what, h.ctl.calls())
		}
	}
}

// called waits until the controller was asked something.
func (h *harness) called(call string) {
	h.t.Helper()
	h.until(call, func() bool {
		for _, c := range h.ctl.calls() {
			if c == call {
				return true
			}
		}
		return false
	})
}

// picture writes what the window shows to $INGESTER_PICTURES, where that is
// set.
func (h *harness) picture(name string) {
	h.t.Helper()
	dir := os.Getenv("INGESTER_PICTURES")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := errors.Join(png.Encode(f, h.w.win.Canvas().Capture()), f.Close()); err != nil {
		h.t.Fatal(err)
	}
}

// transfer makes a transfer for a test.
func transfer(seq int, name string, size int64, state core.State) core.Transfer {
	return core.Transfer{
		ID: core.TransferID(fmt.Sprint("t", seq)), Seq: int64(seq), State: state, Server: "https://ingester.example:8020",
		Source: core.Source{Path: "/home/a/" + name, Name: name, Size: size},
	}
}

// showcase are the transfers of the pictures.
func showcase(n int) core.Snapshot {
	const mib = 1 << 20
	list := []core.Transfer{
		transfer(1, "report-2026-Q3.pdf", 124*mib/10, core.StateSending),
		transfer(2, "scans/archive box 14/plate 0231.tif", 212*mib, core.StateSending),
		transfer(3, "scans/archive box 14/plate 0230.tif", 208*mib, core.StateSent),
		transfer(4, "Договор поставки № 118.docx", 88<<10, core.StateStored),
		transfer(5, "backup-september.iso", 4700*mib*1024/1000, core.StateWaiting),
		transfer(6, "minutes.pdf", 11*mib/10, core.StateUnknown),
		transfer(7, "huge-export.csv", 1600*mib, core.StateFailed),
		transfer(8, "photos/IMG_2000.jpg", 3*mib, core.StatePaused),
	}
	list[0].Sent, list[0].Attempts = 88*mib/10, 1
	list[1].Sent, list[1].Attempts = 72*mib, 1
	list[3].Receipt = &core.Receipt{FileID: "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", SHA256: core.NewChecksum(make([]byte, 32)), UploadedAt: start}
	list[4].Sent, list[4].NotBefore = 2400*mib, start.Add(7*time.Second+time.Millisecond)
	list[4].Error = &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}
	list[5].Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown}
	list[6].Error = &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413, Op: "upload", ServerText: "File too large"}
	for i := len(list); i < n; i++ {
		list = append(list, transfer(i+1, fmt.Sprintf("photos/IMG_%04d.jpg", 1993+i), int64(3*mib+i*31000), core.StateQueued))
	}
	return core.Snapshot{Transfers: list}
}

// working lets ten seconds of sending pass.
func (h *harness) working() {
	for range 24 {
		h.clock = h.clock.Add(500 * time.Millisecond)
		var u core.Update
		for i, id := range []core.TransferID{"t1", "t2"} {
			r := h.w.model.Find(id)
			c := showcase(0).Transfers[i]
			c.Sent = min(r.sent()+int64(i*9+1)*400<<10, c.Source.Size*9/10)
			u.Changed = append(u.Changed, c)
		}
		h.w.apply(change{update: &u, link: h.ctl.link, profile: h.ctl.current})
	}
	h.clock = start.Add(0)
	h.w.show(h.clock)
}

// dialogFits says where the uppermost dialog is larger than the window.
func (h *harness) dialogFits() {
	h.t.Helper()
	found := false
	seen(h.t, h.w.win.Canvas().Overlays().Top(), func(o fyne.CanvasObject) {
		over, ok := o.(*widget.PopUp)
		if !ok {
			return
		}
		found = true
		if has, window := over.Content.MinSize(), h.w.win.Canvas().Size(); has.Width > window.Width || has.Height > window.Height {
			h.t.Errorf("%s: a dialog of %v in a window of %v", h.w.sh.text.lang, has, window)
		}
	})
	if !found {
		h.t.Error("there is no dialog")
	}
}

// settings is the open settings dialog, nil while there is none.
func (h *harness) settings() *settingsDialog {
	d, _ := h.w.sh.settings.(*settingsDialog)
	return d
}
