package core

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// DropID identifies a drop: the time when it was queued, in nanoseconds since 1970,
// so that a later drop has a higher ID. 0 is none.
type DropID int64

// dropBase is the base in which a DropID is written.
const dropBase = 36

// String returns the ID as it is shown, "" for none.
func (id DropID) String() string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), dropBase)
}

// ParseDropID reads what String returns.
func ParseDropID(s string) (DropID, error) {
	n, err := strconv.ParseInt(s, dropBase, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("not the ID of a drop: %.40q", s)
	}
	return DropID(n), nil
}

// Time is when the drop was queued.
func (id DropID) Time() time.Time { return time.Unix(0, int64(id)).UTC() }

// Drop is what came into the queue in one go: what the user dropped, pasted or chose
// together, or named in one command. It is never changed, and shared by its transfers.
type Drop struct {
	ID   DropID
	Name string // the file or folder that was named, or the folder in which several lie; "" if unknown
}

// Intake is what a submission knows of the drop that its sources come from.
type Intake struct {
	Name    string    // Drop.Name
	Skipped []Skipped // what the scan left out
	Join    DropID    // the drop to which the sources belong, 0 for a new one
}

// NewIntake returns what a scan says of a drop.
func NewIntake(s Scan) *Intake { return &Intake{Name: s.Name(), Skipped: s.Skipped} }

// Name is the name of what the user named: of the only file or folder, or else of the
// folder in which all of them lie, "" if they lie in several.
func (s Scan) Name() string {
	if len(s.Roots) == 0 {
		return ""
	}
	if len(s.Roots) == 1 {
		return filepath.Base(s.Roots[0].Path)
	}
	folder := filepath.Dir(s.Roots[0].Path)
	for _, r := range s.Roots {
		if filepath.Dir(r.Path) != folder {
			return ""
		}
	}
	return filepath.Base(folder)
}

// MaxLeftOut is how many entries of each kind a DropRecord keeps.
const MaxLeftOut = 10_000

// DropRecord is what is kept of a drop besides its transfers: the files that it did not
// queue, at most MaxLeftOut of each kind.
type DropRecord struct {
	Drop
	Skipped []Skipped    // left out by the scan
	Stored  []TransferID // stored by earlier drops, and not sent again
	Already []TransferID // in the queue already, from earlier drops
	More    int          // how many further ones there were
}

// Complete reports whether the drop queued all that it was given.
func (r *DropRecord) Complete() bool { return len(r.Skipped)+len(r.Stored)+len(r.Already)+r.More == 0 }

// Add adds what another submission of the same drop left out.
func (r *DropRecord) Add(more DropRecord) {
	var cut [3]int
	r.Skipped, cut[0] = united(r.Skipped, more.Skipped, func(s Skipped) string { return string(s.Reason) + s.Path })
	r.Stored, cut[1] = united(r.Stored, more.Stored, func(id TransferID) string { return string(id) })
	r.Already, cut[2] = united(r.Already, more.Already, func(id TransferID) string { return string(id) })
	r.More += more.More + cut[0] + cut[1] + cut[2]
}

// united returns a and what is only in b, without repetitions; cut is how many
// entries there were above MaxLeftOut.
func united[T any](a, b []T, key func(T) string) (all []T, cut int) {
	seen := make(map[string]struct{}, len(a)+len(b))
	for _, list := range [][]T{a, b} {
		for _, v := range list {
			k := key(v)
			if _, twice := seen[k]; twice {
				continue
			}
			seen[k] = struct{}{}
			if len(all) == MaxLeftOut {
				cut++
				continue
			}
			all = append(all, v)
		}
	}
	return all, cut
}
