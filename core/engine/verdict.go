package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/retry"
)

// What a list without the file means (docs/adr/0020).
const (
	// doubtFor is how long a file has to be missing from the list before that
	// means something: servers list files some time after storing them.
	doubtFor = 5 * time.Minute
	// askHourly is how often, and askFor how long, the server is asked about
	// transfers that the user may decide about.
	askHourly = time.Hour
	askFor    = 72 * time.Hour
)

// unsure decides about a transfer whose file may be a listed one that may also be
// another transfer's.
func unsure(x *tx, d doubtful) {
	q := inquiry{e: x.e, listing: core.Listing{Asked: true}}
	q.absent(x, d)
}

// absent decides about a transfer whose file the server did not list.
func (q *inquiry) absent(x *tx, d doubtful) {
	e, l, ours := q.e, q.listing, q.ours
	t, known := x.get(d.it), d.it.doubt()
	was := *known
	if l.Asked {
		was.answers++
		if was.absent.IsZero() {
			was.absent = x.now
		}
	}
	was.errors = 0
	x.after(func() { at := known.at; *known = was; known.at = at })
	// If an earlier call has asked so long, one more question is enough.
	overdue := l.Asked && (x.now.Sub(was.absent) >= doubtFor || t.Error != nil && t.Error.Code == core.CodeNotListed)
	switch {
	case !l.Asked:
		t = undecided(t, t.Error, time.Time{})
	case !overdue && t.State != core.StateUnknown && e.cfg.Policy.Rounds == 0:
		t.State, t.NotBefore = core.StateWaiting, x.now.Add(retry.Asking(was.answers))
	case overdue && l.Own && ours.After(d.ended) && t.State != core.StateUnknown:
		t = e.neverArrived(x, d.it, t)
	case overdue && !ours.IsZero():
		t = undecided(t, notListed(t.Error, newer(l, d.ended)), nextAsking(t, x.now))
	default:
		t = undecided(t, t.Error, nextAsking(t, x.now))
	}
	_ = x.put(d.it, t) // logged
}

// undecided returns t for the user to decide. The server is asked once more at
// the time again.
func undecided(t core.Transfer, why *core.Error, again time.Time) core.Transfer {
	t.State, t.Error, t.NotBefore = core.StateUnknown, why, again
	return t
}

// nextAsking is when the server is asked again about what the user may decide,
// zero for never in this run of the program.
func nextAsking(t core.Transfer, now time.Time) time.Time {
	if t.State == core.StateUnknown && now.Sub(t.FinishedAt) >= askFor {
		return time.Time{}
	}
	return now.Add(askHourly)
}

// newer counts the listed files that were stored after a time.
func newer(l core.Listing, ended time.Time) int {
	n := 0
	for _, f := range l.Files {
		if f.At.After(ended) {
			n++
		}
	}
	return n
}

// notListed is the error of a file that a server does not list although it lists
// others: a strong hint, but no proof.
func notListed(was *core.Error, newer int) *core.Error {
	e := *was
	e.Code, e.Outcome = core.CodeNotListed, core.OutcomeUnknown
	e.Message = "The server lists our other files and not this one: it has probably not stored it."
	if newer > 0 {
		e.Message = fmt.Sprintf("The server lists %s and not this one: it has probably not stored it.", count(newer, "newer file"))
	}
	e.Fact = &core.Fact{Key: "error.not_listed", With: map[string]any{"N": newer}}
	e.Err = nil
	return &e
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// neverArrived returns t once the server that takes the files lists later ones
// but not this one. That counts like a broken connection.
func (e *Engine) neverArrived(x *tx, it *item, t core.Transfer) core.Transfer {
	failure := *t.Error
	failure.Outcome, failure.Err = core.OutcomeCutOff, nil
	failure.Message = "The server does not have the file: it lists files that were stored later, and not this one."
	e.log.Info("a file of unknown outcome is not on the server", "transfer", t.ID)
	d := e.cfg.Policy.Decide(retry.Input{Err: &failure, Attempt: t.Attempts, Same: it.failed().same, Now: x.now, Rand: e.cfg.Rand})
	t.State, t.NotBefore, t.Error = d.Next, d.NotBefore(x.now), &failure
	if t.State == core.StateQueued {
		t.Error = nil
	}
	x.after(it.forget)
	return t
}

// unanswered decides about transfers whose server could not be asked.
func (q *inquiry) unanswered(ctx context.Context, list []doubtful, err error) {
	if ctx.Err() != nil {
		return // asked in the next run
	}
	e, l := q.e, q.lane
	failure := *core.AsError(err)
	failure.Outcome = core.OutcomeNotProcessed
	e.log.Info("the server can't be asked for files of unknown outcome", "profile", l.profile, "files", len(list), "error", err)
	e.answered(list, func(x *tx, d doubtful) {
		if until := e.adoption(&failure, x.now); !until.IsZero() {
			x.after(func() { // once adopted, it is asked about in another lane
				if d.it.laneKey() == l.laneKey {
					e.askAt(d.it, until)
				}
			})
			return
		}
		t, known := x.get(d.it), d.it.doubt()
		asked := known.errors + 1
		x.after(func() { known.errors = asked })
		next := e.decide(t, result{err: &failure}, retry.Input{Attempt: asked, Same: asked, Now: x.now})
		switch {
		case failure.Code == core.CodeOtherServer:
			t = undecided(t, sticky(&failure, true), nextAsking(t, x.now))
		case t.State == core.StateUnknown || next.Next == core.StateUnknown || next.Next == core.StateFailed:
			t = undecided(t, t.Error, nextAsking(t, x.now))
		case next.Next == core.StateQueued && !next.Halt: // the policy would try again at once
			t.State, t.NotBefore = core.StateWaiting, x.now.Add(retry.Asking(asked))
		default:
			next.After = min(next.After, lastCooling)
			t.State, t.NotBefore = next.Next, next.NotBefore(x.now)
			if next.Halt {
				x.after(func() { e.standStill(l, next, &failure, x.now) })
			}
		}
		_ = x.put(d.it, t) // logged
	})
}
