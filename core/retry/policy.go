// Package retry decides what happens to a transfer whose attempt failed: at
// once again, later, given up, or left to the user.
//
// It is pure: time and randomness come with the question. There is no other
// retry layer in the program; adapters make one attempt each.
package retry

import (
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

// The numbers of the policy.
const (
	// retriesInRound is how often an attempt is repeated within a round,
	// after the first attempt of that round.
	retriesInRound = 4
	// attemptsInRound is the first attempt of a round and its repetitions.
	attemptsInRound = 1 + retriesInRound

	// tokenRetries is how often a rejected token is replaced, at once.
	tokenRetries = 1
	// tokenFiles is how many different transfers, none stored between them,
	// show that a server takes no token of the account.
	tokenFiles = 2
	// tokenTries is how often a transfer whose tokens are rejected waits for
	// what another one shows.
	tokenTries = 5
	// tokenDelay is that wait.
	tokenDelay = time.Minute
	// forbiddenFiles is how many different transfers in a row a server has to
	// forbid before it is the account that may not upload: a firewall or a
	// hook has something against one file, now and then against two.
	forbiddenFiles = 3
	// outlastedRetries is how often a file is sent again, with a new token and
	// fewer beside it, whose sending took longer than its token lived.
	outlastedRetries = 2
	// misdirectedRetries is how often a 421 is repeated, on a new connection.
	misdirectedRetries = 1
	// changedRetries is how often a file that changed while it was read is
	// tried again.
	changedRetries = 3
	// absentPatience is how long a file may be missing, or be another
	// program's, while the folder is there: editors save so, people rename.
	absentPatience = 5 * time.Minute
	// unreadRetries is how often a file is tried again that can't be read
	// though others can.
	unreadRetries = 4
	// integrityRetries is how often a file is sent again whose hash or size
	// came back different.
	integrityRetries = 2
	// keyRetries is how often a transfer waits for its own earlier attempt
	// that the server still works on.
	keyRetries = 10
	// keyDelay is that wait where the server does not say.
	keyDelay = 30 * time.Second
	// lockRetries is how often an upload is waited for that the server holds
	// locked, about every lockDelay in the end: five minutes and a half.
	// Servers let go when they notice that a connection is gone.
	lockRetries = 15
	// lockDelay is the longest such wait; the first is a second, then they
	// double.
	lockDelay = 30 * time.Second
	// keychainDelay is how long a locked keychain holds the queue.
	keychainDelay = time.Minute
	// busyRetries is the repetition from which on the wait of a file that a
	// busy server refused grows no more.
	busyRetries = 3
	// cutRetries is how often a 400 to a body that was not whole is taken for
	// a time-out: sent more slowly still, it is a no in the wrong words.
	cutRetries = 8
	// roomDelay is the first wait for storage that takes a file, doubled up
	// to roomCap.
	roomDelay = 30 * time.Second
	roomCap   = 15 * time.Minute
	// storageDelay is the first wait for a server whose storage is full;
	// later ones are hourly.
	storageDelay = 15 * time.Minute
)

// Policy says how long to go on.
type Policy struct {
	// Rounds is how many rounds of five attempts a transfer gets before it
	// has failed; 0 is no end: between rounds it waits for minutes, later
	// for hours. The command line uses 1.
	Rounds int
}

// Input is a failed attempt.
type Input struct {
	Err     *core.Error // why it failed, never nil
	Attempt int         // attempts so far, this one included: 1…
	Same    int         // consecutive attempts that ended with this code: 1…
	// Row is how many different transfers of the profile, this one included,
	// were refused (401, 403) since one of them was last stored.
	Row int
	// Others is whether another transfer's attempt was stored that began
	// after this transfer had been refused for the first time.
	Others bool
	More   bool // the profile has other transfers to try
	// Since is how long they have ended with it.
	Since time.Duration
	// HonoursKey is whether the server is known to refuse duplicates by
	// Idempotency-Key.
	HonoursKey bool
	// MaybeStored is whether an earlier attempt's outcome is unknown: then
	// giving up ends in StateUnknown instead of StateFailed.
	MaybeStored bool
	Now         time.Time
	Rand        func() float64 // uniform in [0, 1)
}

// Decision is what to do about it.
type Decision struct {
	// Next is StateQueued (at once), StateWaiting, StateFailed or
	// StateUnknown.
	Next  core.State
	After time.Duration // StateWaiting, Halt: how long from Input.Now
	// Halt stops the profile's whole queue with this error until someone
	// acts, or for After where that is set; the transfer stays queued.
	Halt bool
	// Busy says that the server has too much to do: it is to be sent less at
	// a time.
	Busy bool
	// Free says that the attempt tells nothing about the file: it does not
	// count among those of the transfer.
	Free bool
	// Hold is how long the server is to be left alone by all transfers.
	Hold time.Duration
}

// NotBefore is when the next attempt may start, zero unless Next is
// StateWaiting.
func (d Decision) NotBefore(now time.Time) time.Time {
	if d.Next != core.StateWaiting {
		return time.Time{}
	}
	return now.Add(d.After)
}

// Decide returns what to do about a failed attempt.
func (p Policy) Decide(in Input) Decision {
	switch classify(in.Err) {
	case again: // cut off or never taken
		return p.retry(in)
	case busy:
		if in.Err.Status == http.StatusBadRequest && in.Same > cutRetries {
			break
		}
		return p.busy(in)
	case noRoom:
		return p.noRoom(in)
	case ask: // the server may have stored it
		return p.ask(in)
	case halt:
		return p.halt(in)
	case stopped:
		return Decision{Next: core.StateQueued}
	case newToken:
		return rejected(in)
	case forbidden:
		return disallowed(in)
	case outlasted:
		return tooSlow(in)
	case newConnection:
		if in.Same <= misdirectedRetries {
			return Decision{Next: core.StateQueued}
		}
	case changed:
		if in.Same <= changedRetries {
			return wait(backoff(in.Same, in.Rand))
		}
	case absent:
		if in.Since < absentPatience {
			return wait(backoff(in.Same, in.Rand))
		}
	case unread:
		if in.Same <= unreadRetries {
			return wait(backoff(in.Same, in.Rand))
		}
	case mismatch:
		if in.Same <= integrityRetries {
			return wait(backoff(in.Same, in.Rand))
		}
	case busyKey:
		if in.Same <= keyRetries {
			return wait(atLeast(in.Err.RetryAfter, keyDelay, in.Rand))
		}
		// An earlier attempt is still being worked on, for ever: nobody
		// knows how that ends.
		return Decision{Next: core.StateUnknown}
	case locked:
		return p.locked(in)
	case full:
		return p.full(in)
	case permanent:
	}
	return giveUp(in)
}

// ask decides about a file that the server may have stored.
func (p Policy) ask(in Input) Decision {
	switch {
	case !in.HonoursKey:
		return Decision{Next: core.StateUnknown, Busy: isBusy(in.Err), Free: isBusy(in.Err)}
	case isBusy(in.Err):
		return p.busy(in)
	}
	return p.retry(in)
}

// halt stops the queue. A program that starts with the session is there before
// the keychain is unlocked.
func (p Policy) halt(in Input) Decision {
	d := Decision{Next: core.StateQueued, Halt: true}
	if in.Err.Code == core.CodeKeychainLocked && p.Rounds == 0 {
		d.After = keychainDelay
	}
	return d
}

// disallowed decides about a file that the server forbids.
func disallowed(in Input) Decision {
	if in.Row >= forbiddenFiles {
		return Decision{Next: core.StateQueued, Halt: true}
	}
	return leave(in)
}

// tooSlow decides about a file whose sending took longer than its token lived.
func tooSlow(in Input) Decision {
	if in.Same > outlastedRetries {
		return leave(in)
	}
	d := wait(backoff(in.Same, in.Rand))
	d.Busy = true
	return d
}

// rejected decides about a token that was refused: another one is tried, then
// another file. It is the account that is refused where no file's token is
// taken, and the one file where others' are.
func rejected(in Input) Decision {
	switch {
	case in.Same <= tokenRetries:
		return Decision{Next: core.StateQueued}
	case in.Others:
		return leave(in)
	case in.More && in.Row < tokenFiles && in.Same <= tokenTries:
		return wait(spread(tokenDelay, in.Rand))
	}
	return Decision{Next: core.StateQueued, Halt: true}
}

// leave ends a transfer that the server refused for what it is to the server,
// not for what it holds: that says nothing of an earlier attempt.
func leave(in Input) Decision {
	if in.MaybeStored {
		return Decision{Next: core.StateUnknown}
	}
	return giveUp(in)
}

// retry waits for the next attempt of the round, or for the next round, or
// gives up after the last one.
func (p Policy) retry(in Input) Decision {
	attempt := max(in.Attempt, 1) - 1
	round, place := attempt/attemptsInRound, attempt%attemptsInRound
	if place < retriesInRound {
		return wait(max(backoff(place+1, in.Rand), asked(in.Err.RetryAfter, in.Rand)))
	}
	if p.Rounds > 0 && round+1 >= p.Rounds {
		return giveUp(in)
	}
	return wait(max(between(round, in.Rand), asked(in.Err.RetryAfter, in.Rand)))
}

// busy comes back soon, for as long as it takes: sending less at a time is what
// spares the server, and the oldest file is the next to go.
func (p Policy) busy(in Input) Decision {
	if p.Rounds > 0 {
		return p.retry(in)
	}
	d := wait(max(backoff(min(in.Same, busyRetries), in.Rand), asked(in.Err.RetryAfter, in.Rand)))
	d.Busy, d.Free = true, true
	if in.Err.RetryAfter > 0 {
		d.Hold = d.After
	}
	return d
}

// noRoom waits for storage that takes this file; others may fit.
func (p Policy) noRoom(in Input) Decision {
	if p.Rounds > 0 {
		return p.retry(in)
	}
	delay := min(roomDelay<<min(max(in.Same, 1)-1, 6), roomCap)
	d := wait(max(atLeast(in.Err.RetryAfter, delay, in.Rand), spread(delay, in.Rand)))
	d.Free = true
	return d
}

// locked waits as long as a server may take to notice that the connection is
// gone whose request holds the upload.
func (p Policy) locked(in Input) Decision {
	if in.Same > lockRetries {
		return p.retry(in)
	}
	delay := lockDelay
	if shift := max(in.Same, 1) - 1; shift < 5 { // 1 s << 5 is over the cap already
		delay = time.Second << shift
	}
	d := wait(max(spread(delay, in.Rand), asked(in.Err.RetryAfter, in.Rand)))
	d.Free = true
	return d
}

// full waits long for a server without space: quick repetitions only hurt it.
func (p Policy) full(in Input) Decision {
	if p.Rounds > 0 && in.Same >= p.Rounds {
		return giveUp(in)
	}
	delay := storageDelay
	if in.Same > 1 {
		delay = hourly
	}
	d := wait(max(spread(delay, in.Rand), storageDelay, asked(in.Err.RetryAfter, in.Rand)))
	d.Free, d.Hold = true, d.After
	return d
}

// giveUp ends a transfer: failed, or unknown where the server may have it.
func giveUp(in Input) Decision {
	if in.Err.Outcome == core.OutcomeUnknown || (in.MaybeStored && in.Err.Outcome != core.OutcomeAnswered) {
		return Decision{Next: core.StateUnknown}
	}
	return Decision{Next: core.StateFailed}
}

func wait(d time.Duration) Decision { return Decision{Next: core.StateWaiting, After: d} }
