package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// What the uploads wait for is said, with the reason and until when, and only
// while nothing goes forward because of it.
func TestStatusSaysWhatIsWaitedFor(t *testing.T) {
	until := time.Date(2026, 5, 1, 14, 5, 0, 0, time.Local)
	wait := core.Wait{Profile: "Prod", Until: until, Reason: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}}
	later := core.Wait{Until: until.Add(time.Hour), Reason: &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull}}
	queued := []core.Transfer{transfer(1, "a", 1, core.StateQueued), transfer(2, "b", 1, core.StateWaiting)}
	sending := []core.Transfer{transfer(1, "a", 1, core.StateSending), queued[1]}
	halt := &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}
	for language, words := range map[string]string{"en": "the server is busy (503); again at 14:05:00", "ru": "сервер занят (503); снова в 14:05:00"} {
		text := speaking(t, language)
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
			m := newModel()
			m.Reset(tt.s, until)
			if got := progressText(text, m); strings.Contains(got, words) != tt.says {
				t.Errorf("%s, %s: %q", language, name, got)
			}
			m.Apply(core.Update{}, until)
			if got := progressText(text, m); strings.Contains(got, "14:05") {
				t.Errorf("%s, %s: it is over, and still said: %q", language, name, got)
			}
		}
	}
}
