package engine

import (
	"context"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// ownSample is how many of the newest listed files are checked for one of ours.
const ownSample = 50

// inquiry asks a server once about all transfers of a lane whose files it may
// have. It runs outside the journal's goroutine.
type inquiry struct {
	e       *Engine
	lane    *lane
	server  Finder
	listing core.Listing // the server's answer
	ours    time.Time    // when the newest listed file that belongs to a transfer was stored, zero for none
}

// ask asks the server and applies its answer.
func (q *inquiry) ask(ctx context.Context, list []doubtful) {
	e := q.e
	defer e.mustSave(func(x *tx) error {
		x.after(func() {
			close(q.lane.inquiring)
			q.lane.inquiring = nil
			e.journal.kick()
		})
		return nil
	})
	uploader, err := e.cfg.Uploaders.Uploader(ctx, q.lane.route(), q.lane.to)
	if err != nil {
		q.unanswered(ctx, list, err)
		return
	}
	if list = q.byKey(ctx, uploader, list); len(list) == 0 {
		return
	}
	var can bool
	if q.server, can = uploader.(Finder); !can {
		e.answered(list, q.absent)
		return
	}
	questions := make([]core.Question, len(list))
	for i := range list {
		if list[i].since, list[i].ended, err = e.span(ctx, list[i].t); err != nil {
			q.unanswered(ctx, list, err)
			return
		}
		list[i].gone, _ = e.claims.deletions(list[i].t)
		questions[i] = list[i].question()
	}
	if q.listing, err = q.server.Find(ctx, questions); err != nil {
		q.unanswered(ctx, list, err)
		return
	}
	q.ours = e.newestOfOurs(ctx, list[0].t.Server, q.listing)
	q.weigh(ctx, list)
}

func (d doubtful) question() core.Question {
	return core.Question{Transfer: d.t, Since: d.since, Ended: d.ended}
}

// byKey releases the transfers whose server refuses duplicates, and returns the
// others. Once an outcome counts as unknown, only the user sends the file again.
func (q *inquiry) byKey(ctx context.Context, u Uploader, list []doubtful) []doubtful {
	var cleared, rest []doubtful
	for i, d := range list {
		if d.t.State == core.StateUnknown || !d.own {
			rest = append(rest, d)
			continue
		}
		yes, err := u.HonoursKey(ctx, d.t)
		switch {
		case err != nil: // the server would not answer for the others either
			q.unanswered(ctx, slices.Concat(rest, list[i:]), err)
			rest = nil
		case yes:
			cleared = append(cleared, d)
			continue
		default:
			rest = append(rest, d)
			continue
		}
		break
	}
	q.e.answered(cleared, func(x *tx, d doubtful) {
		t := x.get(d.it)
		t.State = core.StateQueued
		if x.put(d.it, t) == nil {
			x.after(func() { d.it.doubt().cleared = true })
		}
	})
	return rest
}

// span returns when the first attempt that may have stored the file of t began,
// and when the last one ended.
func (e *Engine) span(ctx context.Context, t core.Transfer) (since, ended time.Time, err error) {
	attempts, err := e.cfg.Store.Attempts(ctx, t.ID)
	if err != nil {
		return since, ended, err
	}
	for _, a := range attempts {
		if a.Outcome != core.OutcomeUnknown || a.Start.IsZero() {
			continue
		}
		if since.IsZero() || a.Start.Before(since) {
			since = a.Start
		}
		if a.End.After(ended) {
			ended = a.End
		}
	}
	if since.IsZero() {
		since = t.QueuedAt // nothing was sent before
	}
	if ended.Before(since) {
		ended = since
	}
	return since, ended, nil
}

// newestOfOurs returns when the newest listed file that belongs to a transfer was
// stored, zero for none. The list is known to be complete up to then.
func (e *Engine) newestOfOurs(ctx context.Context, server string, l core.Listing) time.Time {
	files := slices.SortedFunc(slices.Values(l.Files), func(a, b core.ListedFile) int { return b.At.Compare(a.At) })
	for _, f := range files[:min(len(files), ownSample)] {
		if e.claims.claimed(fileAt{core.ServerOf(server), f.ID}) {
			return f.At
		}
		if _, claimed, err := e.cfg.Store.Claimed(ctx, server, f.ID); err == nil && claimed {
			return f.At
		}
	}
	return time.Time{}
}

// weigh compares the transfers with what the server lists.
func (q *inquiry) weigh(ctx context.Context, list []doubtful) {
	var none []doubtful
	for i, d := range list {
		var found []core.Receipt
		if i < len(q.listing.Found) {
			found = q.listing.Found[i]
		}
		switch {
		case len(found) == 0:
			none = append(none, d)
		case len(q.e.claims.twins(d.it, d.t)) == 0:
			q.prove(ctx, d, found)
		default: // the other transfers don't wait for this one
			q.e.workers.Go(func() error {
				q.prove(ctx, d, found)
				return nil
			})
		}
	}
	q.e.answered(none, q.absent)
}

// prove finds the listed file that is d's, if there is one. A file that another
// transfer may turn out to have stored proves nothing. If other transfers took
// the files of this list, a newer list may have one for d.
func (q *inquiry) prove(ctx context.Context, d doubtful, found []core.Receipt) {
	e := q.e
	for seen := map[string]bool{}; ; {
		found = slices.DeleteFunc(found, func(r core.Receipt) bool { return seen[r.FileID] })
		if !e.settled(ctx, d) {
			return // asked in the next run
		}
		if len(found) == 0 || !e.canProve(d) {
			e.answered([]doubtful{d}, unsure)
			return
		}
		for _, receipt := range found {
			seen[receipt.FileID] = true
			if !e.suitsOther(d.it, d.t, receipt) && e.takes(ctx, d.it, d.t, receipt.FileID) {
				e.log.Info("the server has a file of unknown outcome", "transfer", d.t.ID, "file_id", receipt.FileID)
				q.stored(d, receipt)
				return
			}
		}
		listing, err := q.server.Find(ctx, []core.Question{d.question()})
		if found = nil; err == nil && len(listing.Found) > 0 {
			found = listing.Found[0]
		}
	}
}

// settled waits for the attempts under way that may store a file like d's, as
// the listed file may be theirs. It returns false if the engine ends before.
func (e *Engine) settled(ctx context.Context, d doubtful) bool {
	for _, ended := range e.claims.twins(d.it, d.t) {
		select {
		case <-ended:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// canProve reports whether a listed file that looks like d's is not being
// deleted, and no other transfer resumes it.
func (e *Engine) canProve(d doubtful) bool {
	gone, going := e.claims.deletions(d.t)
	return gone == d.gone && going == 0 && !e.resumes(d.it, d.t)
}

// stored notes that the server has the file of d, unless d is no longer in doubt.
func (q *inquiry) stored(d doubtful, receipt core.Receipt) {
	e := q.e
	e.mustSave(func(x *tx) error {
		x.after(func() { e.claims.release(d.it) })
		if t := x.get(d.it); t.Doubtful() && !t.State.Active() && t.State != core.StateCancelled && !d.it.gone && !d.it.removing {
			t.State, t.Receipt = core.StateStored, &receipt
			_ = x.put(d.it, t) // logged
			x.after(func() { q.lane.well(t.StartedAt, x.now) })
		}
		return nil
	})
}

// answered calls f for each transfer of the list that is still in doubt.
func (e *Engine) answered(list []doubtful, f func(*tx, doubtful)) {
	for chunk := range chunks(list) {
		e.mustSave(func(x *tx) error {
			for _, d := range chunk {
				if d.own && e.asksFor(x, d.it) {
					f(x, d)
				}
			}
			return nil
		})
	}
}
