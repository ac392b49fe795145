package queue

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// Waiting is the first wait to end of those for which nothing goes forward, nil
// while something does, or has stopped altogether.
func (m *Model) Waiting() *core.Wait {
	if m.Paused || m.Halt != nil || m.Sum.Active > 0 || !m.Sum.Unfinished() || len(m.waits) == 0 {
		return nil
	}
	first := slices.MinFunc(m.waits, func(a, b core.Wait) int { return a.Until.Compare(b.Until) })
	return &first
}

// Away is the wait for the folder that a queued row is below, nil for none.
func (m *Model) Away(r *Row) *core.Wait {
	if len(m.waits) == 0 || r.State() != core.StateQueued {
		return nil
	}
	for i := range m.waits {
		rest, below := strings.CutPrefix(r.Path, m.waits[i].Path)
		if below && m.waits[i].Path != "" && (rest == "" || rest[0] == filepath.Separator || strings.HasSuffix(m.waits[i].Path, string(filepath.Separator))) {
			return &m.waits[i]
		}
	}
	return nil
}

// Shown is a row as the list says it: one that is due waits on for as long as its
// server is left alone.
func (m *Model) Shown(r *Row) *Row {
	late := r.Begun()
	if r.State() != core.StateWaiting && (r.State() != core.StateQueued || !r.Doubtful()) {
		return r
	}
	for i := range m.waits {
		if w := &m.waits[i]; w.Path == "" && w.Until.After(late.NotBefore) && (w.Profile == "" || w.Profile == r.Way.Value().profile) {
			late.NotBefore = w.Until
		}
	}
	if late == r.Begun() {
		return r
	}
	shown := *r
	shown.begun = &late
	return &shown
}
