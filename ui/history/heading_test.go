package history

import (
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestHistoryIsSortedByColumns: a tap on a column asks for the whole history in its order,
// a second one for the other end, and the next start goes on with that.
func TestHistoryIsSortedByColumns(t *testing.T) {
	ctl := viewtest.Keeping()
	h := open(t, ctl, "en", "light")
	v := h.listed()
	h.Says("Time ↓")
	asked := func(want string) {
		t.Helper()
		h.Until(want, func() bool { return slices.Contains(ctl.Calls(), want) })
	}
	v.sortBy(columnName)
	h.Says("Name ↑")
	asked(`history "" by "name" reverse=false`)
	v.sortBy(columnName)
	h.Says("Name ↓")
	asked(`history "" by "name" reverse=true`)
	if got := v.head.AccessibilityLabel(); got != "Name, descending" {
		t.Errorf("a screen reader says %q", got)
	}
	v.sortBy(-1) // beside the columns
	if v.order != core.HistoryByName || !v.reverse {
		t.Errorf("sorted by %q", v.order)
	}
	v.columns.Move(columnName, 30, 900)
	again := New(h.host, v.permanent, v.stored)
	if again.order != core.HistoryByName || !again.reverse || again.columns.Text() != v.columns.Text() || v.columns.Text() == "" {
		t.Errorf("the next start has the order %q and the widths %q", again.order, again.columns.Text())
	}
	v.sortBy(columnTime)
	h.Says("Time ↓")
}

// TestHistoryOfSeveralProfiles has a column that says which.
func TestHistoryOfSeveralProfiles(t *testing.T) {
	ctl := viewtest.Keeping()
	h := open(t, ctl, "en", "light")
	v := h.listed()
	if h.SaysNow("Profile") {
		t.Error("one profile has a column")
	}
	rows := slices.Clone(v.rows)
	rows[0].Options.Profile, rows[1].Options.Profile = "Archive", "Production"
	v.show(rows)
	h.Says("Profile")
	h.Says("Archive")
	v.show(rows[:1])
	if h.SaysNow("Profile") {
		t.Error("the column stays")
	}
}
