package ui

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// waiting is the first wait to end of those for which nothing goes forward, nil
// while something does, or has stopped altogether.
func (m *model) waiting() *core.Wait {
	if m.paused || m.halt != nil || m.sum.Active > 0 || !m.sum.Unfinished() || len(m.waits) == 0 {
		return nil
	}
	first := slices.MinFunc(m.waits, func(a, b core.Wait) int { return a.Until.Compare(b.Until) })
	return &first
}

// away is the wait for the folder that a queued row is below, nil for none.
func (m *model) away(r *row) *core.Wait {
	if len(m.waits) == 0 || r.state() != core.StateQueued {
		return nil
	}
	for i := range m.waits {
		rest, below := strings.CutPrefix(r.path, m.waits[i].Path)
		if below && m.waits[i].Path != "" && (rest == "" || rest[0] == filepath.Separator || strings.HasSuffix(m.waits[i].Path, string(filepath.Separator))) {
			return &m.waits[i]
		}
	}
	return nil
}

// shown is a row as the list says it: one that is due waits on for as long as its
// server is left alone.
func (m *model) shown(r *row) *row {
	late := r.late()
	if r.state() != core.StateWaiting && (r.state() != core.StateQueued || !r.doubtful()) {
		return r
	}
	for i := range m.waits {
		if w := &m.waits[i]; w.Path == "" && w.Until.After(late.notBefore) && (w.Profile == "" || w.Profile == r.way.Value().profile) {
			late.notBefore = w.Until
		}
	}
	if late == r.late() {
		return r
	}
	shown := *r
	shown.begun = &late
	return &shown
}
