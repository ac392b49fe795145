package queue

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// Waiting is the wait that ends first, if waiting is all that is done; nil while a
// file is being sent, and while the queue is paused or halted.
func (m *Model) Waiting() *core.Wait {
	if m.Paused || m.Halt != nil || m.Totals.Active > 0 || !m.Totals.Unfinished() || len(m.waits) == 0 {
		return nil
	}
	first := slices.MinFunc(m.waits, func(a, b core.Wait) int { return a.Until.Compare(b.Until) })
	return &first
}

// Away is the wait for the missing folder of a queued row, nil if it is there.
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

// Shown is a row as the list shows it: one that waits is not tried before the wait
// for its server ends.
func (m *Model) Shown(r *Row) *Row {
	now := r.soFar()
	if r.State() != core.StateWaiting && (r.State() != core.StateQueued || !r.Doubtful()) {
		return r
	}
	for i := range m.waits {
		if w := &m.waits[i]; w.Path == "" && w.Until.After(now.notBefore) && (w.Profile == "" || w.Profile == r.to.Value().profile) {
			now.notBefore = w.Until
		}
	}
	if now == r.soFar() {
		return r
	}
	shown := *r
	shown.progress = &now
	return &shown
}
