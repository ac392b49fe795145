package main

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// feedSource is what watch needs of the engine.
type feedSource interface {
	Subscribe() (core.Snapshot, core.Feed)
	Left(ctx context.Context, profile string) (here, elsewhere int, err error)
}

// watch follows the transfers of one command to their ends.
type watch struct {
	out     report.Reporter
	profile string
	mine    map[core.TransferID]bool      // to be sent by this command, and whether it names them too
	open    map[core.TransferID]bool      // whether an attempt is under way; there may be very many
	first   map[core.TransferID]time.Time // begin of the first attempt seen
	skipOK  bool                          // what is left out is no failure
	begun   bool                          // its files are counted
	paused  bool                          // that all is was said
	full    bool                          // that the queue can't be saved was said
	say     func(string)                  // to a person, nil for to nobody
	asked   core.Options                  // by this command
	sum     report.Summary
	// What the exit code depends on: of those that failed, how many did so by the
	// network or TLS, and the rest; of those left out, how many the command fails for.
	unreachable, other, missing int
	halt                        *core.Error
	tracker                     tracker
	gaveUp                      bool
	started                     time.Time
}

// newWatch begins with what is not sent.
func newWatch(out report.Reporter, profile string, scan core.Scan, skipOK bool, s core.Submission, others []core.TransferID, p persistence) *watch {
	w := &watch{out: out, profile: profile, skipOK: skipOK, mine: map[core.TransferID]bool{}, open: map[core.TransferID]bool{},
		first: map[core.TransferID]time.Time{}, asked: s.Asked, started: time.Now()}
	w.tracker = newTracker(p, w.started)
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
	for _, left := range scan.Skipped {
		w.leave(left)
	}
	for _, id := range s.Queued {
		w.mine[id] = true
	}
	for _, t := range s.Already {
		w.mine[t.ID] = true
		w.tracker.begin(t)
	}
	for _, id := range others {
		w.mine[id] = false
	}
	return w
}

// differs is what the server keeps otherwise than was asked of a stored file.
func (w *watch) differs(t core.Transfer, asked core.Options) []core.Difference {
	found := t.DiffersFrom(asked)
	if len(found) > 0 {
		w.sum.Differ++
	}
	return found
}

// leave counts and reports what a scan left out.
func (w *watch) leave(s core.Skipped) {
	w.sum.Skip(report.SkipReason(s.Reason))
	fails := w.fails(s)
	switch {
	case fails && report.Unread(s):
		w.sum.Files++
		w.sum.Failed++
		w.other++
	case fails:
		w.missing++
		w.sum.Left++
	default:
		w.sum.Left++
	}
	w.out.Left(s, fails)
}

// fails reports whether a command fails that left s out.
func (w *watch) fails(s core.Skipped) bool { return isMissing(s) && (!w.skipOK || !mayBeMissing(s)) }

// follow returns when every transfer of this command has ended or can't go on.
func (w *watch) follow(ctx context.Context, e feedSource) error {
	snapshot, feed := e.Subscribe()
	defer feed.Close()
	if err := feedError(feed); err != nil {
		return err
	}
	w.halt = snapshot.Halt
	w.tracker.learn(snapshot.Waits)
	w.begin(snapshot.Transfers)
	w.pause(snapshot.Paused)
	w.update(snapshot.Transfers)
	snapshot.Transfers = nil // a hundred thousand of them are a lot
	for !w.over() {
		u, err := w.next(ctx, feed)
		if moved(ctx, err) {
			return movedTo(ctx, err)
		}
		if err != nil {
			_ = w.finish(context.WithoutCancel(ctx), e) // that it was interrupted comes first
			if ctx.Err() != nil {
				return interrupted(ctx)
			}
			return err
		}
		w.halt = u.Halt
		w.tracker.learn(u.Waits)
		w.pause(u.Paused)
		w.update(u.Changed)
		for _, id := range u.Removed {
			w.tracker.forget(id, w.open[id])
			delete(w.open, id)
		}
	}
	err := w.finish(context.WithoutCancel(ctx), e)
	if err != nil && ctx.Err() != nil { // before it could be told whether anything is left to wait for
		return interrupted(ctx)
	}
	return err
}

// next is the next update of the feed, or the last once more where it is time to
// ask whether to go on.
func (w *watch) next(ctx context.Context, feed core.Feed) (core.Update, error) {
	waiting := ctx
	if at := w.tracker.look(w.started); !at.IsZero() {
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
func (w *watch) begin(list []core.Transfer) {
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

// interrupted is the error of a call that the user ended.
func interrupted(ctx context.Context) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "upload", Message: "Interrupted.", Err: context.Cause(ctx)}
}

func (w *watch) update(changed []core.Transfer) {
	for _, t := range changed {
		if _, ok := w.open[t.ID]; !ok {
			continue
		}
		if _, seen := w.first[t.ID]; !seen && !t.StartedAt.IsZero() {
			w.first[t.ID] = t.StartedAt
		}
		w.tracker.see(t, w.open[t.ID], time.Now())
		w.open[t.ID] = t.State.Active()
		w.out.Progress(t)
		if t.State.Done() {
			w.end(t)
		}
	}
}

// end counts and reports a transfer that has ended.
func (w *watch) end(t core.Transfer) {
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
		asked := t.Options // by the call that left it
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

// countCause tells what never reached a server from everything else: a file
// whose outcome is unknown did reach one.
func (w *watch) countCause(t core.Transfer) {
	if e := t.Error; t.State != core.StateUnknown && e != nil && (e.Kind == core.KindNetwork || e.Kind == core.KindTLS) {
		w.unreachable++
		return
	}
	w.other++
}

// over reports whether there is nothing to wait for: everything has ended, the
// queue has stopped and nothing is under way any more, or the call gives up. It
// tells what is waited for.
func (w *watch) over() bool {
	switch {
	case len(w.open) == 0:
		return true
	case w.halt != nil && w.halt.Code == core.CodeStoreFailed:
		return w.unsaved(time.Now())
	case w.halt != nil:
		return w.tracker.active == 0
	}
	w.full = false
	now := time.Now()
	if w.gaveUp = w.tracker.over(len(w.open), w.started, now); w.gaveUp {
		return true
	}
	if wait, isNew := w.tracker.next(len(w.open), now); isNew {
		w.out.Waiting(wait)
	}
	return false
}

// unsaved is over while the queue can't be saved: the disk is full, say. That is
// tried again and again, and told once. What was sent can't end meanwhile.
func (w *watch) unsaved(now time.Time) bool {
	if w.gaveUp = w.tracker.overUnsaved(now); w.gaveUp {
		return true
	}
	if !w.full {
		w.full = true
		w.out.Waiting(report.Wait{Wait: core.Wait{Until: now.Add(saveEvery), Reason: w.halt}})
	}
	return false
}

// finish reports what is left in the queue and the totals, and says by its
// error how the command ended.
func (w *watch) finish(ctx context.Context, e feedSource) error {
	if w.gaveUp {
		w.sum.GaveUp, w.sum.Idle = w.tracker.why(core.Transfer{}), time.Since(w.tracker.since)
		if w.halt != nil { // the queue can't be saved
			w.sum.GaveUp = w.halt
		}
	}
	if len(w.open) > 0 {
		w.keep(e)
	}
	if here, elsewhere, err := e.Left(ctx, w.profile); err == nil { // else the queue is closed already
		w.sum.Behind, w.sum.Elsewhere = here, elsewhere
	}
	w.sum.Seconds = time.Since(w.started).Seconds()
	stopped := w.halt
	if w.gaveUp {
		stopped = nil
	}
	w.out.Summary(w.sum, stopped)
	switch {
	case w.halt != nil && !w.gaveUp:
		return &reported{code: exitCode(w.halt), err: w.halt}
	case w.gaveUp && !w.tracker.reached && w.tracker.failed:
		return &reported{code: exitUnreachable, err: errors.New("the server could not be reached")}
	case w.gaveUp:
		return &reported{code: exitIncomplete, err: errors.New("not every file was stored")}
	case w.sum.Failed == 0 && w.missing == 0 && w.sum.Differ > 0:
		return &reported{code: exitIncomplete, err: errors.New("not every file is kept as it was asked")}
	case w.sum.Failed == 0 && w.missing == 0:
		return nil
	case w.sum.Stored == 0 && w.other == 0 && w.unreachable > 0:
		return &reported{code: exitUnreachable, err: errors.New("the server could not be reached")}
	}
	return &reported{code: exitIncomplete, err: errors.New("not every file was stored")}
}

// keep reports what is left in the queue. Where that can't be asked any more, it
// is counted at least.
func (w *watch) keep(e feedSource) {
	snapshot, feed := e.Subscribe()
	feed.Close()
	w.sum.Failed += len(w.open)
	for _, t := range snapshot.Transfers {
		if _, ok := w.open[t.ID]; ok {
			why := w.halt
			if w.gaveUp {
				w.sum.Waiting++
			}
			if why == nil && w.gaveUp {
				why = w.tracker.why(t)
			}
			if why != nil && t.State.Active() { // sent perhaps, and that could not be saved
				t.State, t.Error = core.StateUnknown, unsavedResult(why)
			}
			w.out.Kept(t, why)
		}
	}
}

// isMissing reports whether something was left out that the user may believe
// to be sent. The same file by a second path is not: it is sent by the first.
func isMissing(s core.Skipped) bool { return s.Reason != core.SkipDuplicate }

// mayBeMissing reports whether a user who knows of such things and says so is
// right. Who may not read something may not tomorrow either; an error of the
// disk is news to everybody.
func mayBeMissing(s core.Skipped) bool {
	return !report.Unread(s) || errors.Is(s.Err, fs.ErrPermission)
}
