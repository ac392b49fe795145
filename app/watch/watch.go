// Package watch follows the files of one command until all of them have ended or the
// command gives up. It counts and reports the results.
package watch

import (
	"context"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// Queue is where the transfers are: in this process's engine, or in another process.
type Queue interface {
	Subscribe() (core.Snapshot, core.Feed)
	Left(ctx context.Context, profile string) (here, elsewhere int, err error)
}

// Watch follows the transfers of one command.
type Watch struct {
	out     report.Reporter
	profile string
	mine    map[core.TransferID]bool      // that this command sends; whether it also names them
	open    map[core.TransferID]bool      // not ended; whether an attempt is under way. There may be very many
	first   map[core.TransferID]time.Time // when the first attempt began
	skipOK  bool                          // what is left out is no failure
	begun   bool                          // its files are counted
	paused  bool                          // the user was told that everything is
	full    bool                          // the user was told that the queue can't be saved
	say     func(string)                  // tells the user something, nil: not
	asked   core.Options                  // what this command asks for
	sum     report.Summary
	// The exit code depends on these: how many files failed by the network or TLS,
	// how many otherwise, and how many are left out though they must not be.
	unreachable, other, missing int
	halt                        *core.Error
	tracker                     tracker
	gaveUp                      bool
	started                     time.Time
}

// Config says what a command waits for, and how.
type Config struct {
	Out         report.Reporter
	Profile     string
	Scan        core.Scan         // what it left out is reported
	SkipOK      bool              // what is left out is no failure
	Submission  core.Submission   // what became of the files that the command names
	Others      []core.TransferID // to be sent by this command, which does not name them
	Persistence Persistence
	Say         func(text string) // tells the user something; may be nil
}

// New reports what is not sent: files that are stored already, and what was left out.
func New(c Config) *Watch {
	s, out := c.Submission, c.Out
	w := &Watch{out: out, say: c.Say, profile: c.Profile, skipOK: c.SkipOK, mine: map[core.TransferID]bool{}, open: map[core.TransferID]bool{},
		first: map[core.TransferID]time.Time{}, asked: s.Asked, started: time.Now()}
	w.tracker = newTracker(c.Persistence, w.started)
	for _, t := range s.Stored {
		w.sum.Files++
		w.sum.Skipped++
		w.sum.Skip(report.SkipKnown)
		out.Skipped(t, w.differs(t, s.Asked))
	}
	for _, t := range s.Permanent {
		w.sum.Files++
		w.sum.Skipped++
		w.sum.Skip(report.SkipKnown)
		if found := w.differs(t, s.Asked); len(found) > 0 {
			out.Skipped(t, found)
		} else {
			out.MadePermanent(t)
		}
	}
	for _, left := range c.Scan.Skipped {
		w.leave(left)
	}
	for _, id := range s.Queued {
		w.mine[id] = true
	}
	for _, t := range s.Already {
		w.mine[t.ID] = true
		w.tracker.begin(t)
	}
	for _, id := range c.Others {
		w.mine[id] = false
	}
	return w
}

// differs is what the server keeps otherwise than asked of a stored file.
func (w *Watch) differs(t core.Transfer, asked core.Options) []core.Difference {
	found := t.DiffersFrom(asked)
	if len(found) > 0 {
		w.sum.Differ++
	}
	return found
}

// Follow returns when every transfer of this command has ended or can't continue.
func (w *Watch) Follow(ctx context.Context, e Queue) error {
	snapshot, feed := e.Subscribe()
	defer feed.Close()
	if err := feedError(feed); err != nil {
		return err
	}
	w.halt = snapshot.Halt
	w.tracker.setWaits(snapshot.Waits)
	w.begin(snapshot.Transfers)
	w.pause(snapshot.Paused)
	w.update(snapshot.Transfers)
	snapshot.Transfers = nil // there may be a hundred thousand: free them
	for !w.done() {
		u, err := w.next(ctx, feed)
		if moved := control.Moved(ctx, err); moved != nil {
			return moved
		}
		if err != nil {
			_ = w.finish(context.WithoutCancel(ctx), e) // the interruption comes first
			if ctx.Err() != nil {
				return interrupted(ctx)
			}
			return err
		}
		w.halt = u.Halt
		w.tracker.setWaits(u.Waits)
		w.pause(u.Paused)
		w.update(u.Changed)
		for _, id := range u.Removed {
			w.tracker.forget(id, w.open[id])
			delete(w.open, id)
		}
	}
	err := w.finish(context.WithoutCancel(ctx), e)
	if err != nil && ctx.Err() != nil { // before it was known whether anything is left
		return interrupted(ctx)
	}
	return err
}

// next is the next update of the feed, or an empty one when it is time to check whether
// to give up.
func (w *Watch) next(ctx context.Context, feed core.Feed) (core.Update, error) {
	waiting := ctx
	if at := w.tracker.nextCheck(w.started); !at.IsZero() {
		var cancel context.CancelFunc
		waiting, cancel = context.WithDeadline(ctx, at)
		defer cancel()
	}
	u, err := feed.Next(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return core.Update{Paused: w.tracker.paused, Halt: w.halt, Waits: w.tracker.waits}, nil
	}
	return u, err
}

// begin counts this command's transfers, once.
func (w *Watch) begin(list []core.Transfer) {
	if w.begun {
		return
	}
	w.begun = true
	var bytes int64
	for _, t := range list {
		if _, ok := w.mine[t.ID]; ok {
			w.sum.Files++
			bytes += t.Source.Size
			w.open[t.ID] = false
			if !w.mine[t.ID] {
				w.tracker.begin(t)
			}
		}
	}
	w.out.Begin(len(w.open), bytes)
}

// interrupted is the error of a call that the user interrupted.
func interrupted(ctx context.Context) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "upload", Message: "Interrupted.", Err: context.Cause(ctx)}
}

func (w *Watch) update(changed []core.Transfer) {
	for _, t := range changed {
		if _, ok := w.open[t.ID]; !ok {
			continue
		}
		if _, seen := w.first[t.ID]; !seen && !t.StartedAt.IsZero() {
			w.first[t.ID] = t.StartedAt
		}
		w.tracker.update(t, w.open[t.ID], time.Now())
		w.open[t.ID] = t.State.Active()
		w.out.Progress(t)
		if t.State.Done() {
			w.end(t)
		}
	}
}

// end counts and reports a transfer that has ended.
func (w *Watch) end(t core.Transfer) {
	delete(w.open, t.ID)
	var took time.Duration
	if begin, ok := w.first[t.ID]; ok && t.FinishedAt.After(begin) {
		took = t.FinishedAt.Sub(begin)
	}
	delete(w.first, t.ID)
	left, isLeft := report.Unreadable(t)
	if isLeft {
		w.sum.Skip(report.SkipReason(left.Reason))
	}
	switch {
	case isLeft && !w.fails(left):
		w.sum.Left++
		w.out.Left(left, false)
		return
	case t.State == core.StateStored:
		w.sum.Stored++
		w.sum.Bytes += t.Source.Size
		asked := t.Options // by the call that queued it
		if w.mine[t.ID] {
			asked = w.asked
		}
		w.out.Ended(t, w.differs(t, asked), took)
		return
	}
	w.sum.Failed++
	w.countCause(t)
	w.out.Ended(t, nil, took)
}

// countCause counts a failed file: as unreachable, or as another failure. A file of
// unknown outcome did reach a server, also if the user has taken it as arrived.
func (w *Watch) countCause(t core.Transfer) {
	if e := t.Error; t.State != core.StateUnknown && t.State != core.StateTaken && e != nil && (e.Kind == core.KindNetwork || e.Kind == core.KindTLS) {
		w.unreachable++
		return
	}
	w.other++
}
