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
	to        unique.Handle[destination]
	progress  *progress // nil before the first attempt
	small     core.SmallState
	temporary bool // the server keeps the file for a limited time
	matches   bool // the filter's text is in the name
	continues bool // the server may keep a part, from which the next attempt goes on
}

// destination is where a transfer goes; many go to the same.
type destination struct{ profile, server string }

// progress is what a transfer has once it was begun.
type progress struct {
	sent      int64 // of this attempt
	attempts  int
	notBefore time.Time // or when the user took the file as arrived
	err       *core.Error
	receipt   *core.Receipt
}

// NewRow keeps of a transfer what the list shows.
func NewRow(t *core.Transfer) Row {
	r := Row{
		ID: t.ID, seq: t.Seq, Name: t.Source.Name, Path: t.Source.Path, Size: t.Source.Size,
		to: unique.Make(destination{t.Options.Profile, t.Server}), small: t.State.Small(), temporary: t.Kept().Retention != core.RetentionPermanent,
		continues: t.Resume != "",
	}
	p := progress{min(max(t.Sent, 0), t.Source.Size), t.Attempts, t.NotBefore, t.Error, t.Receipt}
	if t.State == core.StateTaken {
		p.notBefore = t.FinishedAt
	}
	if p != (progress{}) {
		r.progress = new(p)
	}
	return r
}

// State is the state of the transfer.
func (r *Row) State() core.State { return r.small.State() }

// Profile is the name of the profile by which the transfer is sent.
func (r *Row) Profile() string { return r.to.Value().profile }

// Server is the address that the transfer goes to, "" if it is not known yet.
func (r *Row) Server() string { return r.to.Value().server }

// soFar is the progress of the row, zero before the first attempt.
func (r *Row) soFar() progress {
	if r.progress == nil {
		return progress{}
	}
	return *r.progress
}

// NotBefore is when the transfer is tried or asked about again; zero for no wait.
func (r *Row) NotBefore() time.Time {
	if r.State() == core.StateTaken {
		return time.Time{}
	}
	return r.soFar().notBefore
}

// TakenAt is when the user took the file as arrived.
func (r *Row) TakenAt() time.Time {
	if r.State() != core.StateTaken {
		return time.Time{}
	}
	return r.soFar().notBefore
}

// Sent are the bytes of this attempt that the server has.
func (r *Row) Sent() int64 { return r.soFar().sent }

// Attempts is how many attempts there have been.
func (r *Row) Attempts() int { return r.soFar().attempts }

// Err is why the last attempt failed, or what the row waits for; may be nil.
func (r *Row) Err() *core.Error { return r.soFar().err }

// Doubtful reports whether the server may have the file, so that it is asked
// before the next attempt.
func (r *Row) Doubtful() bool { e := r.Err(); return e != nil && e.Outcome == core.OutcomeUnknown }

// Receipt is what the server says about the stored file; nil before that.
func (r *Row) Receipt() *core.Receipt { return r.soFar().receipt }

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

// differs reports whether the server has stored the file otherwise than asked.
func (r *Row) differs() bool {
	receipt := r.Receipt()
	return r.State() == core.StateStored && receipt != nil && len(receipt.Differs) > 0
}
