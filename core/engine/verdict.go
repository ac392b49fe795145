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
	// doubtFor is how long a file that is not listed is looked for before
	// that says something: servers register files after they were stored.
	doubtFor = 5 * time.Minute
	// askHourly is how often, and askFor how long, the server is asked for
	// what the user may decide.
	askHourly = time.Hour
	askFor    = 72 * time.Hour
)

// unsure is what becomes of a transfer that may have a listed file, which may be
// another's too.
func unsure(x *tx, d doubtful) {
	q := inquiry{e: x.e, listing: core.Listing{Asked: true}}
	q.absent(x, d)
}

// absent is what becomes of a transfer whose file the server was asked for and
// has not listed.
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
	// What an earlier call looked for so long is asked for once.
	late := l.Asked && (x.now.Sub(was.absent) >= doubtFor || t.Error != nil && t.Error.Code == core.CodeNotListed)
	switch {
	case !l.Asked:
		t = undecided(t, t.Error, time.Time{})
	case !late && t.State != core.StateUnknown && e.cfg.Policy.Rounds == 0:
		t.State, t.NotBefore = core.StateWaiting, x.now.Add(retry.Asking(was.answers))
	case late && l.Own && ours.After(d.ended) && t.State != core.StateUnknown:
		t = e.neverArrived(x, d.it, t)
	case late && !ours.IsZero():
		t = undecided(t, notListed(t.Error, newer(l, d.ended)), nextAsking(t, x.now))
	default:
		t = undecided(t, t.Error, nextAsking(t, x.now))
	}
	_ = x.put(d.it, t) // logged
}

// undecided is t for the user to decide; the server is asked again at a time.
func undecided(t core.Transfer, why *core.Error, again time.Time) core.Transfer {
	t.State, t.Error, t.NotBefore = core.StateUnknown, why, again
	return t
}

// nextAsking is when the server is asked again for what the user may decide, zero
// for not in this run of the program.
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

// notListed is the error of a file that a server does not list, though it lists
// others: a strong hint, and no proof.
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

// neverArrived is t once the server that takes the files says that it has others,
// stored later, and not this one: that is as good as a broken connection.
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

// unanswered is what becomes of transfers whose server could not be asked.
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
			x.after(func() { // adopted, it is asked for by another way
				if d.it.way() == l.way {
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
		case next.Next == core.StateQueued && !next.Halt: // as soon as may be
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
