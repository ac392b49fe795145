package engine

import (
	"time"

	"github.com/artstore/ingester/core"
)

// mostRefused is how many refused files a lane remembers: more decide nothing.
const mostRefused = 16

// refusals tell a server that refuses one file from one that refuses them all.
type refusals struct {
	// files are those that were refused since one was last stored, by code.
	files map[core.Code]map[*item]struct{}
	// taken is when the newest attempt began that was stored.
	taken time.Time
}

// add notes that a file was refused, and returns how many different ones have
// been in a row. A second time is no other.
func (r *refusals) add(it *item, code core.Code) int {
	if code != core.CodeForbidden && code != core.CodeTokenRejected {
		return 0
	}
	if r.files == nil {
		r.files = map[core.Code]map[*item]struct{}{}
	}
	if r.files[code] == nil {
		r.files[code] = map[*item]struct{}{}
	}
	if len(r.files[code]) < mostRefused {
		r.files[code][it] = struct{}{}
	}
	return len(r.files[code])
}

// stored notes that an attempt which began at start was stored.
func (r *refusals) stored(start time.Time) {
	r.files = nil
	if start.After(r.taken) {
		r.taken = start
	}
}
