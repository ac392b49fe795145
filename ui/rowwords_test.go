package ui

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestPresent(t *testing.T) {
	lost := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Outcome: core.OutcomeUnknown}
	busy := &core.Error{Code: core.CodeServerBusy, Status: 503}
	large := &core.Error{Code: core.CodeTooLarge, Status: 413}
	for _, c := range []struct {
		name               string
		transfer           core.Transfer
		rate               float64
		left               time.Duration
		status             string
		speed, timeLeft    string
		primary, secondary action
		bar                bool
	}{
		{name: "queued", transfer: core.Transfer{State: core.StateQueued}, status: "queued", primary: actPause, secondary: actCancel},
		{name: "begun", transfer: core.Transfer{State: core.StateSending, Source: core.Source{Size: 10}}, status: "uploading", primary: actPause, secondary: actCancel, bar: true},
		{
			name: "sending", transfer: core.Transfer{State: core.StateSending, Source: core.Source{Size: 100}, Sent: 71}, rate: 8.2 * (1 << 20), left: time.Second,
			status: "71 % · uploading", speed: "8.2 MiB/s", timeLeft: "0:01", primary: actPause, secondary: actCancel, bar: true,
		},
		{name: "sent", transfer: core.Transfer{State: core.StateSent, Source: core.Source{Size: 1}}, status: "server is checking…", secondary: actCancel, bar: true},
		{
			name: "waiting", transfer: core.Transfer{State: core.StateWaiting, Error: busy, NotBefore: start().Add(7500 * time.Millisecond)},
			status: "retrying in 8 s: the server is busy (503)", primary: actRetry, secondary: actCancel,
		},
		{name: "waited", transfer: core.Transfer{State: core.StateWaiting, Error: busy, NotBefore: start()}, status: "retrying now: the server is busy (503)", primary: actRetry, secondary: actCancel},
		{
			name: "held", transfer: core.Transfer{State: core.StateWaiting, Error: &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer}},
			status: "waiting: the profile leads to another server or account now", primary: actRetry, secondary: actCancel,
		},
		{name: "paused", transfer: core.Transfer{State: core.StatePaused}, status: "paused", primary: actResume, secondary: actCancel},
		{name: "stored", transfer: core.Transfer{State: core.StateStored}, status: "stored · verified", secondary: actMore},
		{name: "failed", transfer: core.Transfer{State: core.StateFailed, Error: large}, status: "too large for the server (413)", primary: actRetry, secondary: actMore},
		{name: "failed without a cause", transfer: core.Transfer{State: core.StateFailed}, status: "failed", primary: actRetry, secondary: actMore},
		{name: "asking", transfer: core.Transfer{State: core.StateWaiting, Error: lost}, status: "not known if it arrived · asking the server…", primary: actRetry, secondary: actCancel},
		{name: "asked later", transfer: core.Transfer{State: core.StateWaiting, Error: lost, NotBefore: start().Add(89500 * time.Millisecond)}, status: "not known if it arrived · asking again in 1 min 30 s", primary: actRetry, secondary: actCancel},
		{name: "asked at the start", transfer: core.Transfer{State: core.StateQueued, Error: lost}, status: "not known if it arrived · asking the server…", primary: actPause, secondary: actCancel},
		{name: "unknown, asked later", transfer: core.Transfer{State: core.StateUnknown, Error: lost, NotBefore: start().Add(time.Hour)}, status: "not known if it arrived, asking again in 1 h · Decide…", secondary: actMore},
		{name: "not listed", transfer: core.Transfer{State: core.StateUnknown, Error: &core.Error{Code: core.CodeNotListed, Fact: &core.Fact{With: map[string]any{"N": 12}}}}, status: "the server lists 12 newer files, not this one · Decide…", secondary: actMore},
		{name: "not listed, after a restart", transfer: core.Transfer{State: core.StateUnknown, Error: &core.Error{Code: core.CodeNotListed}}, status: "the server lists other files, not this one · Decide…", secondary: actMore},
		{name: "unknown", transfer: core.Transfer{State: core.StateUnknown}, status: "not known if it arrived · Decide…", secondary: actMore},
		{name: "cancelled", transfer: core.Transfer{State: core.StateCancelled}, status: "cancelled", primary: actRetry, secondary: actMore},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := newRow(&c.transfer)
			w := presented(english(t), &row, c.rate, c.left, start())
			if got := spaced(w.status); got != c.status {
				t.Errorf("status %q, want %q", got, c.status)
			}
			if spaced(w.speed) != c.speed || w.left != c.timeLeft || w.bar != c.bar {
				t.Errorf("speed %q, left %q, bar %v", w.speed, w.left, w.bar)
			}
			if w.primary != c.primary || w.secondary != c.secondary {
				t.Errorf("buttons %v, %v, want %v, %v", w.primary, w.secondary, c.primary, c.secondary)
			}
			if w.primary != actNone && !can(w.primary, row.state()) {
				t.Errorf("the button %v does nothing", w.primary)
			}
			// Colour is never the only sign.
			if w.icon == "" || w.status == "" {
				t.Error("a row needs an icon and words")
			}
			if newIcons().plain[w.icon] == nil {
				t.Errorf("no icon %q", w.icon)
			}
		})
	}
}

func TestNamesAreHarmless(t *testing.T) {
	for in, want := range map[string][2]string{
		"a.txt":              {"", "a.txt"},
		"scans/box 14/p.tif": {"scans / box 14", "p.tif"},
		"evil\n\x1b[31m.txt": {"", "evil␣␣[31m.txt"},
		"gpj.\u202eexe.txt":  {"", "gpj.␣exe.txt"},
		"Договор № 118.docx": {"", "Договор № 118.docx"},
	} {
		folder, file := splitName(in)
		if folder != want[0] || file != want[1] {
			t.Errorf("%q becomes %q, %q", in, folder, file)
		}
	}
}

func TestPlacesFillTheRow(t *testing.T) {
	for _, width := range []float32{460, 552, 719, 720, 920, 1600, 3400} {
		p := placesFor(width)
		if end := p.actions.x + p.actions.width; end > width {
			t.Errorf("at %v the buttons end at %v", width, end)
		}
		if wide := width >= 720; wide != (p.speed.width > 0) {
			t.Errorf("at %v the speed is %v wide", width, p.speed.width)
		}
		if p.name.width < 40 || p.progress.width < 40 {
			t.Errorf("at %v the name has %v and the progress %v", width, p.name.width, p.progress.width)
		}
	}
}
