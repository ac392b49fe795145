package queue

import (
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
)

// placeOf is the wait for the folder or disk that a queued or waiting row needs, nil if
// it is there.
func (m *Model) placeOf(r *Row) *core.Wait {
	e := r.Err()
	if r.State() == core.StateWaiting && (e == nil || !e.Code.OfComputer()) {
		return nil
	}
	for i := range m.waits {
		if r.State() == core.StateWaiting && e != nil && e.Code == core.CodeDiskFull && m.waits[i].Reason.Code == e.Code {
			return &m.waits[i] // the disk of the copies
		}
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
