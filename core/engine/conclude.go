package engine

import (
	"time"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/retry"
)

// maxDetail bounds how many bytes of its error an attempt's row keeps.
const maxDetail = 1000

// conclude hands the result of a run to the journal, which keeps it until it is
// saved.
func (e *Engine) conclude(r *run, out result) {
	r.cancel()
	patient := out.err == nil && out.begun && r.lane.busy(r)
	e.journal.post(&change{mustSave: true, patient: patient, apply: func(x *tx) error {
		r.lane.release(r)
		x.ended = append(x.ended, r)
		t := x.get(r.it)
		switch {
		case !out.begun, renamed(x, r, out):
			return x.put(r.it, unclaim(t, r.wish))
		case out.err == nil:
			t.State, t.Receipt = core.StateStored, &out.receipt
			x.after(func() { e.readable(r.t.Source, out.start) })
			if r.lane.fails >= breakAfter {
				e.wake(x, r.lane)
			}
			x.after(func() { r.lane.well(out.start, x.now) })
		default:
			t = e.failed(x, r, t, out)
		}
		x.attempts = append(x.attempts, record(t, out))
		return x.put(r.it, t)
	}})
}

// renamed reports whether a run did nothing because its profile was renamed.
func renamed(x *tx, r *run, out result) bool {
	return out.err != nil && out.err.Code == core.CodeProfileNotFound && x.laneKeyOf(r.it) != r.lane.laneKey
}

// unclaim undoes the claim of a run that did nothing.
func unclaim(t core.Transfer, wish core.State) core.Transfer {
	t.Attempts--
	t.State = core.StateQueued
	switch {
	case wish == core.StateCancelled && maybeStored(t):
		t.State = core.StateUnknown
	case wish != "":
		t.State = wish
	}
	return t
}

// record is the row of an attempt.
func record(t core.Transfer, out result) core.Attempt {
	a := core.Attempt{Transfer: t.ID, Number: t.Attempts, Start: out.start, End: out.end, Sent: out.sent, Status: out.receipt.Status}
	if out.err != nil {
		a.Status, a.Code, a.Outcome, a.Detail = out.err.Status, out.err.Code, out.err.Outcome, clip(out.err.Error())
	}
	return a
}

func clip(text string) string {
	if len(text) <= maxDetail {
		return text
	}
	end := maxDetail
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// advance is by how many bytes the part of a file on the server has to grow for
// the attempts that brought it there not to count as failed. What arrived counts,
// not what was sent.
const advance = 1 << 20

// failed returns what becomes of a transfer whose attempt failed, and stages
// what the failure means for other transfers.
func (e *Engine) failed(x *tx, r *run, t core.Transfer, out result) core.Transfer {
	same, since := 1, x.now
	before := r.it.failed()
	if before.last == out.err.Code {
		same = before.same + 1
		if !before.since.IsZero() {
			since = before.since
		}
	}
	useful, had := before.useful, before.had
	if out.resumed-had >= advance { // earlier failures say nothing about the network any more
		same, useful, had = 1, t.Attempts-1, out.resumed
	}
	if out.err.Code == core.CodeTokenRejected && r.lane.refusesFresh(out.start) {
		same = max(same, 2) // the server is at fault, not this file
	}
	alike := e.alike(r, out, since)
	if alike {
		out.place, out.err = content.Top(r.t.Source), unreadableFolder(out.err)
	}
	d := e.decide(t, out, retry.Input{
		Attempt: t.Attempts - useful, Same: same, Since: x.now.Sub(since), Now: x.now,
		Row: r.lane.refusals.add(r.it, out.err.Code), Others: r.lane.refusals.taken.After(since), More: r.lane.claimed+len(r.lane.small)+len(r.lane.bulk) > 0,
	})
	if d.Free || out.place != "" { // the failure says nothing about the file
		useful++
	}
	x.after(func() {
		r.it.failures = &failures{last: out.err.Code, same: same, since: since, useful: useful, had: had}
		if out.place != "" {
			e.suspend(out.place, alike, out.err, x.now)
		}
		e.affect(r, d, out.err, x.now)
	})
	t = settle(t, r.wish, d, out.err, x.now)
	if out.place != "" {
		t.NotBefore = time.Time{} // it goes on when the place is back
	}
	if t.State == core.StateUnknown && out.honours == honoursNo { // the server may say more
		t.NotBefore = x.now
		if r.wish == "" {
			t.State = core.StateWaiting
		}
	}
	return t
}

// decide asks the retry policy about a failed attempt. It completes in.
func (e *Engine) decide(t core.Transfer, out result, in retry.Input) retry.Decision {
	if out.place != "" { // this computer is at fault: wait until the place is back
		return retry.Decision{Next: core.StateWaiting}
	}
	switch out.err.Code {
	case core.CodeStoreFailed: // our database is at fault: the queue stands still until saving works again
		return retry.Decision{Next: core.StateQueued}
	case core.CodeProfileNotFound:
		if maybeStored(t) {
			return retry.Decision{Next: core.StateUnknown}
		}
		return retry.Decision{Next: core.StateFailed}
	}
	in.Err, in.MaybeStored, in.Rand = out.err, maybeStored(t), e.cfg.Rand
	in.HonoursKey = out.honours != honoursNo // a server that could not be asked is asked before anything is sent again
	return e.cfg.Policy.Decide(in)
}

// settle returns t after a failed attempt: as decided, or as the user wishes
// where the outcome allows it.
func settle(t core.Transfer, wish core.State, d retry.Decision, failure *core.Error, now time.Time) core.Transfer {
	unknown := failure.Outcome == core.OutcomeUnknown
	maybe := unknown || maybeStored(t)
	t.State, t.NotBefore = d.Next, d.NotBefore(now)
	if wish == core.StatePaused && (d.Next == core.StateQueued || d.Next == core.StateWaiting) {
		t.State = core.StatePaused
	}
	if wish == core.StateCancelled && d.Next != core.StateUnknown {
		t.State = core.StateCancelled
		if maybe && failure.Outcome != core.OutcomeAnswered {
			t.State = core.StateUnknown
		}
	}
	switch t.State {
	case core.StateWaiting, core.StateUnknown:
		t.Error = sticky(failure, maybe)
	case core.StateFailed:
		t.Error = failure
	case core.StateCancelled:
		t.Error = nil
	default:
		if unknown {
			t.Error = failure
		}
	}
	return t
}

// sticky returns failure, marked if the server may have stored the file in an
// earlier attempt.
func sticky(failure *core.Error, maybe bool) *core.Error {
	if !maybe {
		return failure
	}
	marked := *failure
	marked.Outcome = core.OutcomeUnknown
	return &marked
}

// standStill stops a lane from sending, for a while or until someone acts.
func (e *Engine) standStill(l *lane, d retry.Decision, failure *core.Error, now time.Time) {
	l.halt, l.ends = failure, time.Time{}
	if d.After > 0 {
		l.ends = now.Add(d.After)
	}
	e.log.Info("the queue stands still", "profile", l.profile, "error", failure)
}

// affect applies what a failed attempt means for the other transfers of its lane.
func (e *Engine) affect(r *run, d retry.Decision, failure *core.Error, now time.Time) {
	l := r.lane
	switch {
	case d.Halt:
		e.standStill(l, d, failure, now)
	case failure.Code == core.CodeTokenRejected:
		if l.rejected.IsZero() {
			l.rejected = now
		}
	case failure.Code == core.CodeProfileNotFound:
		l.lift() // the profile is read again, which decides about its other transfers
	case d.Hold > 0:
		l.backOff(now.Add(d.Hold), failure, now)
	}
	news := true // the failure says something new about the server
	if d.Busy {
		news = l.slow(r, now)
		if news {
			e.log.Info("the server is busy and is sent less at a time", "profile", l.profile, "files", l.pace.inFlight(longStreams), "a second", l.pace.rate.now, "error", failure)
			l.hold(now.Add(time.Duration((1 + e.cfg.Rand()) / 2 * float64(pause))))
		}
	}
	if news {
		e.breaker(r, failure, now)
	}
	if l.halt != nil || l.until.After(now) {
		e.recall(l, func(*run) bool { return true })
	}
}

// breaker leaves a failing server alone for a while. The command line does
// without it, because a command is to fail soon.
func (e *Engine) breaker(r *run, failure *core.Error, now time.Time) {
	l := r.lane
	if e.cfg.Policy.Rounds > 0 || !r.t.StartedAt.After(l.broken) {
		return // an attempt from before the breaker opened says nothing new
	}
	switch failure.Code {
	case core.CodeServerBusy, core.CodeServerFailure:
		l.fails++
	default:
		switch {
		case failure.Kind == core.KindNetwork:
			l.fails++
		case failure.Outcome == core.OutcomeAnswered:
			l.fails, l.cooling = 0, 0
			l.recovered(now)
		}
	}
	if l.fails >= breakAfter {
		l.cooling = min(max(2*l.cooling, firstCooling), lastCooling)
		l.broken = now
		l.backOff(now.Add(l.cooling), failure, now)
		e.log.Info("the server is left alone for a while", "profile", l.profile, "for", l.cooling, "error", failure)
	}
}

// recall takes back claims that no worker has begun.
func (e *Engine) recall(l *lane, match func(*run) bool) {
	for _, r := range l.drop(match) {
		e.conclude(r, result{})
	}
}
