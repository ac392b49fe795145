package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// heldQueue is a program with three files that are queued for the profile Production.
func heldQueue(stop func(*core.Snapshot)) *viewtest.Fake {
	ctl := viewtest.NewFake()
	for i, name := range []string{"a.tif", "b.tif", "c.tif"} {
		x := viewtest.Transfer(i+1, name, 100, core.StateQueued)
		x.Options.Profile = ctl.CurrentProfile
		x.Source.Path = filepath.FromSlash("/mnt/scans/" + name)
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	stop(&ctl.Snapshot)
	return ctl
}

// A queue that is held says why and until when, in the status bar, in each row and in
// the tray, and the header agrees.
func TestHeldQueueSaysWhy(t *testing.T) {
	until := viewtest.Start().Add(time.Minute)
	at := until.Local().Format(time.TimeOnly)
	wait := func(e *core.Error) func(*core.Snapshot) {
		return func(s *core.Snapshot) {
			s.Waits = []core.Wait{{Profile: s.Transfers[0].Options.Profile, Until: until, Reason: e}}
		}
	}
	halt := func(e *core.Error) func(*core.Snapshot) { return func(s *core.Snapshot) { s.Halt = e } }
	for name, tt := range map[string]struct {
		stop           func(*core.Snapshot)
		bar, row, chip string
		tries          bool
	}{
		"server full": {wait(&core.Error{Kind: core.KindServer, Code: core.CodeStorageFull, Status: 507}),
			"the server's storage is full (507); again at " + at, "waiting until " + at + ": the server's storage is full (507)", "Server not ready", true},
		"server away": {wait(&core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}),
			"no server answers at this address; again at " + at, "waiting until " + at + ": no server answers at this address", "No connection", true},
		"share away": {func(s *core.Snapshot) {
			s.Waits = []core.Wait{{Path: filepath.FromSlash("/mnt/scans"), Until: until, Reason: &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway}}}
		}, filepath.FromSlash("/mnt/scans") + ": its folder is away or can't be read; again at " + at, "waiting until " + at + ": its folder is away or can't be read", "Connected", true},
		"sign-in": {halt(&core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}),
			"stopped, needs you: sign-in refused", "waiting: sign-in refused", "Sign-in refused", false},
		"no keychain": {halt(&core.Error{Kind: core.KindConfig, Code: core.CodeKeychainUnavailable}),
			"stopped, needs you: this computer has no keychain", "waiting: this computer has no keychain", "Uploads stopped", false},
		"certificate": {halt(&core.Error{Kind: core.KindConfig, Code: core.CodeCertificateExpired}),
			"stopped, needs you: the client certificate has expired", "waiting: the client certificate has expired", "Uploads stopped", false},
		"paused": {func(s *core.Snapshot) { s.Paused = true }, "paused", "queued · everything is paused", "Connected", false},
	} {
		t.Run(name, func(t *testing.T) {
			ctl := heldQueue(tt.stop)
			h := open(t, ctl, "en", "light")
			if got := h.w.bar.held.Words; got != tt.bar {
				t.Errorf("the bar says %q, want %q", got, tt.bar)
			}
			if got := strings.Count(h.Words(), tt.row); got < 3 {
				t.Errorf("%d rows say %q:\n%s", got, tt.row, h.Words())
			}
			if got := h.w.header.state.Words.Words; got != tt.chip {
				t.Errorf("the header says %q, want %q", got, tt.chip)
			}
			if got := faceOf(h.w.host.Text, h.w.model, h.Clock).progress; !strings.HasSuffix(got, " · "+tt.bar) {
				t.Errorf("the tray says %q", got)
			}
			if h.w.bar.try.Visible() != tt.tries {
				t.Errorf("it can be tried now: %v", !tt.tries)
			}
			if tt.tries {
				h.Tap("Try now")
				h.Called("lift")
			}
			if h.w.bar.showHold(h.w.model.Hold(), h.Clock.Add(time.Second)) {
				t.Error("it is drawn again though it says the same")
			}
			ctl.Updates <- core.Update{}
			h.Until("it to be over", func() bool { return !h.w.bar.holds.Visible() && h.w.header.state.Words.Words == "Connected" })
		})
	}
}

// What another profile's uploads are stopped by is said with its name: the current
// one's go on.
func TestHaltOfAnotherProfileIsNamed(t *testing.T) {
	ctl := heldQueue(func(s *core.Snapshot) {
		s.Transfers[1].Options.Profile, s.Transfers[2].Options.Profile = "Archive", "Archive"
		s.Halts = []core.Halt{{Profile: "Archive", Reason: &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}}}
		s.Halt = s.Halts[0].Reason
		s.Waits = []core.Wait{{Profile: s.Transfers[0].Options.Profile, Until: viewtest.Start().Add(time.Minute), Reason: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy}}}
	})
	h := open(t, ctl, "en", "light")
	h.Says("Uploads of Archive have stopped: sign-in refused")
	h.Says("Server not ready")
	if got := h.w.bar.held.Words; got != "Archive: stopped, needs you: sign-in refused · 1 other file waits for something else" {
		t.Errorf("the bar says %q", got)
	}
}

// What a timetable allows is said while a file of the profile is sent.
func TestTimetableIsSaid(t *testing.T) {
	ctl := heldQueue(func(s *core.Snapshot) { s.Transfers[0].State = core.StateSending })
	ctl.CurrentLink.Rate, ctl.CurrentLink.RateUntil = 512<<10, viewtest.Start().Add(6*time.Hour)
	h := open(t, ctl, "en", "light")
	want := "held to 512 KiB/s until " + ctl.CurrentLink.RateUntil.Local().Format("15:04")
	if got := viewtest.Spaced(h.w.bar.rate.Words); got != want {
		t.Errorf("the bar says %q, want %q", got, want)
	}
	ctl.Updates <- core.Update{Removed: []core.TransferID{"t1"}}
	h.Until("nothing to be sent", func() bool { return h.w.bar.rate.Words == "" })
}

// What holds the queue has room in the smallest window, with the button.
func TestHeldQueueFitsTheSmallestWindow(t *testing.T) {
	for _, language := range wording.Languages() {
		ctl := heldQueue(func(s *core.Snapshot) {
			s.Waits = []core.Wait{{Until: viewtest.Start().Add(time.Minute), Reason: &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull, Status: 507}}}
		})
		h := open(t, ctl, language, "light")
		h.w.win.Resize(fyne.NewSize(640, 420))
		if got := h.w.bar.content.MinSize(); got.Width > 640 {
			t.Errorf("%s: the status bar needs %v", language, got)
		}
		if got := h.w.bar.holds.Size().Width; got < 120 {
			t.Errorf("%s: %v for the words", language, got)
		}
	}
}
