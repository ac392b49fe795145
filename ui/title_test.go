package ui

import (
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestTitleSaysHowFar the uploads are, and what failed; it is plain when nothing is left.
func TestTitleSaysHowFar(t *testing.T) {
	file := func(id string, state core.State, sent int64) core.Transfer {
		return core.Transfer{ID: core.TransferID(id), State: state, Sent: sent, Source: core.Source{Name: id, Size: 100}}
	}
	stored, sending := file("a", core.StateStored, 100), file("b", core.StateSending, 48)
	failed := file("c", core.StateFailed, 0)
	failed.Error = &core.Error{Kind: core.KindServer, Code: core.CodeRejected}
	for _, c := range []struct {
		language string
		list     []core.Transfer
		want     string
		paused   bool
	}{
		{"en", nil, "Ingester", false},
		{"en", []core.Transfer{stored}, "Ingester", false},
		{"en", []core.Transfer{stored, sending}, "74\u00a0% · 1 of 2 · Ingester", false},
		{"ru", []core.Transfer{stored, sending}, "74\u00a0% · 1 из 2 · Ingester", false},
		{"en", []core.Transfer{stored, failed}, "1 failed · Ingester", false},
		{"en", []core.Transfer{stored, sending, sending, failed}, "49\u00a0% · 1 of 4 · 1 failed · Ingester", false},
		{"en", []core.Transfer{stored, sending}, "paused · 74\u00a0% · 1 of 2 · Ingester", true},
		{"en", []core.Transfer{stored}, "Ingester", true},
	} {
		for i := range c.list {
			c.list[i].ID = core.TransferID(rune('a' + i))
		}
		m := queue.NewModel()
		m.Reset(core.Snapshot{Transfers: c.list, Paused: c.paused}, viewtest.Start())
		if got := titleText(viewtest.Speaking(t, c.language), m); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
}

// TestTitleChangesOnceASecond at most, and not at all while it says the same.
func TestTitleChangesOnceASecond(t *testing.T) {
	var set []string
	b := titleBar{set: func(s string) { set = append(set, s) }}
	at := viewtest.Start()
	for _, step := range []struct {
		words string
		after time.Duration
	}{{"1 %", 0}, {"2 %", titleEvery / 2}, {"3 %", titleEvery / 2}, {"3 %", 2 * titleEvery}, {"4 %", titleEvery}} {
		at = at.Add(step.after)
		b.show(step.words, at)
	}
	if len(set) != 3 || set[0] != "1 %" || set[1] != "3 %" || set[2] != "4 %" {
		t.Errorf("set %q", set)
	}
}

// TestWindowShowsItsTitle.
func TestWindowShowsItsTitle(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	want := titleText(h.w.host.Text, h.w.model)
	if got := h.w.win.Title(); got != want || want == title {
		t.Errorf("the title is %q, want %q", got, want)
	}
}
