package transfers

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
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
		primary, secondary queue.Action
		bar                bool
	}{
		{name: "queued", transfer: core.Transfer{State: core.StateQueued}, status: "queued", primary: queue.ActPause, secondary: queue.ActCancel},
		{name: "begun", transfer: core.Transfer{State: core.StateSending, Source: core.Source{Size: 10}}, status: "uploading", primary: queue.ActPause, secondary: queue.ActCancel, bar: true},
		{
			name: "sending", transfer: core.Transfer{State: core.StateSending, Source: core.Source{Size: 100}, Sent: 71}, rate: 8.2 * (1 << 20), left: time.Second,
			status: "71 % · uploading", speed: "8.2 MiB/s", timeLeft: "0:01", primary: queue.ActPause, secondary: queue.ActCancel, bar: true,
		},
		{name: "sent", transfer: core.Transfer{State: core.StateSent, Source: core.Source{Size: 1}}, status: "server is checking…", secondary: queue.ActCancel, bar: true},
		{
			name: "waiting", transfer: core.Transfer{State: core.StateWaiting, Error: busy, NotBefore: viewtest.Start().Add(7500 * time.Millisecond)},
			status: "retrying in 8 s: the server is busy (503)", primary: queue.ActRetry, secondary: queue.ActCancel,
		},
		{name: "waited", transfer: core.Transfer{State: core.StateWaiting, Error: busy, NotBefore: viewtest.Start()}, status: "retrying now: the server is busy (503)", primary: queue.ActRetry, secondary: queue.ActCancel},
		{
			name: "held", transfer: core.Transfer{State: core.StateWaiting, Error: &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer}},
			status: "waiting: the profile leads to another server or account now", primary: queue.ActRetry, secondary: queue.ActCancel,
		},
		{name: "paused", transfer: core.Transfer{State: core.StatePaused}, status: "paused", primary: queue.ActResume, secondary: queue.ActCancel},
		{name: "stored", transfer: core.Transfer{State: core.StateStored}, status: "stored · verified", secondary: queue.ActMore},
		{name: "failed", transfer: core.Transfer{State: core.StateFailed, Error: large}, status: "too large for the server (413)", primary: queue.ActRetry, secondary: queue.ActMore},
		{name: "failed without a cause", transfer: core.Transfer{State: core.StateFailed}, status: "failed", primary: queue.ActRetry, secondary: queue.ActMore},
		{name: "asking", transfer: core.Transfer{State: core.StateWaiting, Error: lost}, status: "not known if it arrived · asking the server…", primary: queue.ActRetry, secondary: queue.ActCancel},
		{name: "asked later", transfer: core.Transfer{State: core.StateWaiting, Error: lost, NotBefore: viewtest.Start().Add(89500 * time.Millisecond)}, status: "not known if it arrived · asking again in 1 min 30 s", primary: queue.ActRetry, secondary: queue.ActCancel},
		{name: "asked at the start", transfer: core.Transfer{State: core.StateQueued, Error: lost}, status: "not known if it arrived · asking the server…", primary: queue.ActPause, secondary: queue.ActCancel},
		{name: "unknown, asked later", transfer: core.Transfer{State: core.StateUnknown, Error: lost, NotBefore: viewtest.Start().Add(time.Hour)}, status: "not known if it arrived, asking again in 1 h · Decide…", primary: queue.ActDecide, secondary: queue.ActMore},
		{name: "not listed", transfer: core.Transfer{State: core.StateUnknown, Error: &core.Error{Code: core.CodeNotListed, Fact: &core.Fact{With: map[string]any{"N": 12}}}}, status: "the server lists 12 newer files, not this one · Decide…", secondary: queue.ActMore},
		{name: "not listed, after a restart", transfer: core.Transfer{State: core.StateUnknown, Error: &core.Error{Code: core.CodeNotListed}}, status: "the server lists other files, not this one · Decide…", secondary: queue.ActMore},
		{name: "unknown", transfer: core.Transfer{State: core.StateUnknown}, status: "not known if it arrived · Decide…", secondary: queue.ActMore},
		{name: "taken", transfer: core.Transfer{State: core.StateTaken, Error: lost}, status: "taken as arrived, by you · not verified", secondary: queue.ActMore},
		{name: "cancelled", transfer: core.Transfer{State: core.StateCancelled}, status: "cancelled", primary: queue.ActRetry, secondary: queue.ActMore},
	} {
		t.Run(c.name, func(t *testing.T) {
			row := queue.NewRow(&c.transfer)
			w := presented(viewtest.English(t), &row, c.rate, c.left, viewtest.Start())
			if got := viewtest.Spaced(w.status); got != c.status {
				t.Errorf("status %q, want %q", got, c.status)
			}
			if viewtest.Spaced(w.speed) != c.speed || w.left != c.timeLeft || w.bar != c.bar {
				t.Errorf("speed %q, left %q, bar %v", w.speed, w.left, w.bar)
			}
			if w.primary != c.primary || w.secondary != c.secondary {
				t.Errorf("buttons %v, %v, want %v, %v", w.primary, w.secondary, c.primary, c.secondary)
			}
			if w.primary != queue.ActNone && !queue.Can(w.primary, row.State()) {
				t.Errorf("the button %v does nothing", w.primary)
			}
			// Colour is never the only sign.
			if w.icon == "" || w.status == "" {
				t.Error("a row needs an icon and words")
			}
			if widgets.NewIcons().Plain[w.icon] == nil {
				t.Errorf("no icon %q", w.icon)
			}
		})
	}
}

func TestPlacesFillTheRow(t *testing.T) {
	for _, width := range []float32{460, 552, 719, 720, 920, 1600, 3400} {
		p := spansOf(newColumns(viewtest.English(t)), width)
		if end := p.actions.X + p.actions.Width; end > width {
			t.Errorf("at %v the buttons end at %v", width, end)
		}
		if wide := width >= 720; wide != (p.speed.Width > 0) {
			t.Errorf("at %v the speed is %v wide", width, p.speed.Width)
		}
		if p.name.Width < 40 || p.progress.Width < 40 {
			t.Errorf("at %v the name has %v and the progress %v", width, p.name.Width, p.progress.Width)
		}
	}
}
