package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestHeldFilesNeedSomeone: what waits for another server than its profile leads
// to is not on its way, is counted for itself, and is among what needs someone.
func TestHeldFilesNeedSomeone(t *testing.T) {
	held, waits := viewtest.Transfer(1, "held", 100, core.StateWaiting), viewtest.Transfer(2, "waits", 10, core.StateWaiting)
	held.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeOtherServer}
	m := queue.NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{held, waits}}, viewtest.Start())
	if s := m.Totals; s.Held != 1 || s.Waiting != 1 || s.Remaining != 10 || s.Bytes != 110 {
		t.Errorf("%+v", s)
	}
	if got := troubleText(viewtest.English(t), m.Totals); got != "1 waits for another server" {
		t.Error(got)
	}
	m.SetFilter(queue.Filter{Group: queue.GroupAttention})
	if m.Len() != 1 || m.At(0).ID != "t1" {
		t.Errorf("%d rows are visible", m.Len())
	}
	held.State, held.Error = core.StateQueued, nil // it goes on
	m.Apply(core.Update{Changed: []core.Transfer{held}, Removed: []core.TransferID{"t2"}}, viewtest.Start())
	if s := m.Totals; s.Held != 0 || !s.Unfinished() || m.Len() != 0 {
		t.Errorf("%+v", s)
	}
	held.State, held.Error = core.StateWaiting, &core.Error{Code: core.CodeOtherServer}
	m.Apply(core.Update{Changed: []core.Transfer{held}}, viewtest.Start())
	if m.Totals.Unfinished() {
		t.Error("it is called under way")
	}
}

// TestKeptOtherwiseIsCounted: where all is stored, it is said how much of it is
// kept otherwise than asked, until that is no longer so.
func TestKeptOtherwiseIsCounted(t *testing.T) {
	differs, plainly := viewtest.Transfer(1, "a", 100, core.StateStored), viewtest.Transfer(2, "b", 10, core.StateStored)
	differs.Receipt = viewtest.DifferingReceipt()
	m := queue.NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{differs, plainly}}, viewtest.Start())
	if got := doneText(viewtest.English(t), m.Totals); got != "all stored, 1 otherwise than asked" {
		t.Error(got)
	}
	if got := doneText(viewtest.Speaking(t, "ru"), m.Totals); got != "всё сохранено, 1 не так, как запрошено" {
		t.Error(got)
	}
	differs.Receipt = &core.Receipt{FileID: "id-1"}
	m.Apply(core.Update{Changed: []core.Transfer{differs}}, viewtest.Start())
	if got := doneText(viewtest.English(t), m.Totals); got != "all stored" {
		t.Error(got)
	}
}

// What the uploads wait for is said, with the reason and until when, and only
// while nothing goes forward because of it.
func TestStatusSaysWhatIsWaitedFor(t *testing.T) {
	until := time.Date(2026, 5, 1, 14, 5, 0, 0, time.Local)
	wait := core.Wait{Profile: "Prod", Until: until, Reason: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}}
	later := core.Wait{Until: until.Add(time.Hour), Reason: &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull}}
	queued := []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateQueued), viewtest.Transfer(2, "b", 1, core.StateWaiting)}
	for i := range queued {
		queued[i].Options.Profile = "Prod"
	}
	sending := []core.Transfer{viewtest.Transfer(1, "a", 1, core.StateSending), queued[1]}
	sending[0].Options.Profile = "Other"
	halt := &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}
	for language, words := range map[string]string{"en": "the server is busy (503); again at 14:05:00", "ru": "сервер занят (503); снова в 14:05:00"} {
		text := viewtest.Speaking(t, language)
		for name, tt := range map[string]struct {
			s    core.Snapshot
			says bool
		}{
			"waits":        {core.Snapshot{Transfers: queued, Waits: []core.Wait{later, wait}}, true},
			"another goes": {core.Snapshot{Transfers: sending, Waits: []core.Wait{wait}}, false},
			"paused":       {core.Snapshot{Transfers: queued, Waits: []core.Wait{wait}, Paused: true}, false},
			"halted":       {core.Snapshot{Transfers: queued, Waits: []core.Wait{wait}, Halt: halt}, false},
			"well":         {core.Snapshot{Transfers: queued}, false},
		} {
			m := queue.NewModel()
			m.Reset(tt.s, until)
			if got := progressText(text, m, until.Add(-time.Second)); strings.Contains(got, words) != tt.says {
				t.Errorf("%s, %s: %q", language, name, got)
			}
			m.Apply(core.Update{}, until)
			if got := progressText(text, m, until.Add(-time.Second)); strings.Contains(got, "14:05") {
				t.Errorf("%s, %s: it is over, and still said: %q", language, name, got)
			}
		}
	}
}

// TestFolderThatIsAwayIsNamed in the status bar.
func TestFolderThatIsAwayIsNamed(t *testing.T) {
	folder := filepath.FromSlash("/mnt/scans")
	wait := core.Wait{Path: folder, Until: viewtest.Start().Add(time.Minute), Reason: &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway}}
	for _, language := range wording.Languages() {
		if got := viewtest.Speaking(t, language).Waits(wait.Path, wait.Reason, wait.Until, viewtest.Start()); !strings.HasPrefix(got, folder+": ") {
			t.Errorf("%q", got)
		}
	}
}
