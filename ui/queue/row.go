package queue

import (
	"time"
	"unique"

	"github.com/artstore/ingester/core"
)

// Row is what the list keeps of a transfer: no more than it shows, since it may
// have a hundred thousand rows.
type Row struct {
	ID        core.TransferID
	seq       int64
	Name      string // as shown: the path from the dropped folder on
	Path      string
	Size      int64
	Way       unique.Handle[way]
	begun     *begun // nil: all zero
	small     core.SmallState
	temporary bool // the server keeps the file for a limited time
	matches   bool // the filter's text is in the name
}

// way is where a transfer goes, the same for many.
type way struct{ profile, Server string }

// begun is what only a row has whose transfer was begun or has ended.
type begun struct {
	sent      int64 // of this attempt
	attempts  int
	NotBefore time.Time
	err       *core.Error
	receipt   *core.Receipt
}

// NewRow keeps of a transfer what the list shows.
func NewRow(t *core.Transfer) Row {
	r := Row{
		ID: t.ID, seq: t.Seq, Name: t.Source.Name, Path: t.Source.Path, Size: t.Source.Size,
		Way: unique.Make(way{t.Options.Profile, t.Server}), small: t.State.Small(), temporary: t.Kept().Retention != core.RetentionPermanent,
	}
	b := begun{min(max(t.Sent, 0), t.Source.Size), t.Attempts, t.NotBefore, t.Error, t.Receipt}
	if b != (begun{}) {
		r.begun = new(b)
	}
	return r
}

// State is the state of the transfer.
func (r *Row) State() core.State { return r.small.State() }

// Begun is what the row has of begun.
func (r *Row) Begun() begun {
	if r.begun == nil {
		return begun{}
	}
	return *r.begun
}

// Sent are the bytes of this attempt that the server has.
func (r *Row) Sent() int64 { return r.Begun().sent }

// Attempts is how many attempts there have been.
func (r *Row) Attempts() int { return r.Begun().attempts }

// Err is why the last attempt failed, or what the row waits for; may be nil.
func (r *Row) Err() *core.Error { return r.Begun().err }

// Doubtful reports whether the server may have the file, so that it is asked
// before the next attempt.
func (r *Row) Doubtful() bool { e := r.Err(); return e != nil && e.Outcome == core.OutcomeUnknown }

// Receipt is what the server says about the stored file; nil before that.
func (r *Row) Receipt() *core.Receipt { return r.Begun().receipt }

// Held reports whether the file waits until its profile leads to the server and
// account again that it was queued for.
func (r *Row) Held() bool {
	e := r.Err()
	return r.State() == core.StateWaiting && e != nil && e.Code == core.CodeOtherServer
}

// Share is how much of the file has been sent, 0…1.
func (r *Row) Share() float64 {
	switch {
	case r.State() == core.StateStored || r.State() == core.StateSent:
		return 1
	case r.Size <= 0:
		return 0
	}
	return float64(r.Sent()) / float64(r.Size)
}
