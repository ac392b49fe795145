package transfers

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// A queued file below a folder that is away says so in its row, in both
// languages; its neighbours elsewhere, and what is done, don't.
func TestRowSaysThatItsFolderIsAway(t *testing.T) {
	folder := filepath.FromSlash("/mnt/scans")
	wait := core.Wait{Path: folder, Until: viewtest.Start().Add(time.Minute), Reason: &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway}}
	for language, want := range map[string]string{"en": "waiting until 12:01:00: its folder is away or can't be read", "ru": "ожидание до 12:01:00: его папка недоступна или не читается"} {
		text := viewtest.Speaking(t, language)
		for path, tt := range map[string]struct {
			state core.State
			waits bool
		}{
			"/mnt/scans/a.tif":     {core.StateQueued, true},
			"/mnt/scans/2/a.tif":   {core.StateQueued, true},
			"/mnt/scans-old/a.tif": {core.StateQueued, false},
			"/mnt/other/a.tif":     {core.StateQueued, false},
			"/mnt/scans/done.tif":  {core.StateStored, false},
		} {
			file := viewtest.Transfer(1, "a.tif", 1, tt.state)
			file.Source.Path = filepath.FromSlash(path)
			m := queue.NewModel()
			m.Reset(core.Snapshot{Transfers: []core.Transfer{file}, Waits: []core.Wait{wait}}, viewtest.Start())
			w := m.HoldOf(&m.Rows[0])
			if (w != nil) != tt.waits {
				t.Errorf("%s: %+v", path, w)
			}
			if w != nil {
				if got := heldBack(text, presented(text, &m.Rows[0], 0, 0, viewtest.Start()), &m.Rows[0], w, viewtest.Start()).status; got != want {
					t.Errorf("%s: %q", path, got)
				}
			}
			m.Apply(core.Update{}, viewtest.Start())
			if w := m.HoldOf(&m.Rows[0]); w != nil {
				t.Errorf("%s is back: %+v", path, w)
			}
		}
	}
}

// While a server is left alone, nothing of its own is tried again or asked about
// before, whatever the row was told; another profile's goes its way.
func TestRowWaitsAsLongAsItsServer(t *testing.T) {
	unknown := &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown}
	busy := &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}
	wait := core.Wait{Profile: "Prod", Until: viewtest.Start().Add(40*time.Second + time.Millisecond), Reason: busy}
	for name, tt := range map[string]struct {
		state   core.State
		err     *core.Error
		due     time.Duration
		profile string
		says    string
	}{
		"asked about when it is well": {core.StateWaiting, unknown, -time.Second, "Prod", "not known if it arrived · asking again in 41 s"},
		"asked about after a restart": {core.StateQueued, unknown, 0, "Prod", "not known if it arrived · asking again in 41 s"},
		"tried again when it is well": {core.StateWaiting, busy, 5 * time.Second, "Prod", "retrying in 41 s: the server is busy (503)"},
		"due later than that":         {core.StateWaiting, busy, time.Minute, "Prod", "retrying in 1 min 1 s: the server is busy (503)"},
		"of another profile":          {core.StateWaiting, unknown, -time.Second, "Other", "not known if it arrived · asking the server…"},
		"not begun":                   {core.StateQueued, nil, 0, "Prod", "queued"},
	} {
		file := viewtest.Transfer(1, "a.tif", 1, tt.state)
		file.Options.Profile, file.Error = tt.profile, tt.err
		if tt.due != 0 {
			file.NotBefore = viewtest.Start().Add(tt.due)
		}
		m := queue.NewModel()
		m.Reset(core.Snapshot{Transfers: []core.Transfer{file}, Waits: []core.Wait{wait}}, viewtest.Start())
		if got := viewtest.Spaced(presented(viewtest.English(t), m.Shown(&m.Rows[0]), 0, 0, viewtest.Start()).status); got != tt.says {
			t.Errorf("%s: %q, want %q", name, got, tt.says)
		}
	}
}
