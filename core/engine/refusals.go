package engine

import (
	"time"

	"github.com/artstore/ingester/core"
)

// mostRefused is how many refused files a lane remembers; more make no
// difference.
const mostRefused = 16

// refusals tells a server that refuses one file from one that refuses all files.
type refusals struct {
	// files are those refused since a file was last stored, by code.
	files map[core.Code]map[*item]struct{}
	// taken is when the newest attempt began that stored its file.
	taken time.Time
}

// add notes that a file was refused, and returns how many different files have
// been refused in a row.
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

// stored notes that an attempt which began at start stored its file.
func (r *refusals) stored(start time.Time) {
	r.files = nil
	if start.After(r.taken) {
		r.taken = start
	}
}
