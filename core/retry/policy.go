// Package retry decides what happens to a transfer whose attempt failed: it is tried again
// at once or later, given up, or left to the user.
//
// Its functions are pure: time and randomness are parameters. There is no other retry layer
// in the program; each call of an adapter makes one attempt.
package retry

import (
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

// The parameters of the policy.
const (
	// retriesInRound is how often an attempt is repeated within a round,
	// after the first attempt of that round.
	retriesInRound = 4
	// attemptsInRound is the first attempt of a round and its repetitions.
	attemptsInRound = 1 + retriesInRound

	// tokenRetries is how often a rejected token is replaced at once.
	tokenRetries = 1
	// tokenFiles is how many different transfers in a row, with none stored
	// between them, show that a server accepts no token of the account.
	tokenFiles = 2
	// tokenTries is how often a transfer whose tokens are rejected waits for the
	// result of another one.
	tokenTries = 5
	// tokenDelay is that wait.
	tokenDelay = time.Minute
	// forbiddenFiles is how many different transfers in a row a server has to
	// forbid until the account is taken to be forbidden: a firewall or a hook
	// forbids one file, and sometimes two.
	forbiddenFiles = 3
	// outlastedRetries is how often a file is sent again, with a new token and
	// fewer files beside it, if sending took longer than its token lived.
	outlastedRetries = 2
	// misdirectedRetries is how often a request is repeated on a new connection
	// after a 421.
	misdirectedRetries = 1
	// changedRetries is how often a file is tried again that changed while it was
	// read.
	changedRetries = 3
	// absentPatience is how long a file may be missing, or in use by another
	// program, while its folder is there: editors save that way, and people
	// rename files.
	absentPatience = 5 * time.Minute
	// unreadRetries is how often a file is tried again that can't be read
	// although others can.
	unreadRetries = 4
	// integrityRetries is how often a file is sent again if the server returned
	// another hash or size.
	integrityRetries = 2
	// keyRetries is how often a transfer waits while the server still works on
	// its earlier attempt.
	keyRetries = 10
	// keyDelay is that wait if the server does not say.
	keyDelay = 30 * time.Second
	// lockRetries is how often a transfer waits for an upload that the server has
	// locked, in the end about every lockDelay: five minutes and a half in all.
	// Servers unlock it when they notice that the old connection is gone.
	lockRetries = 15
	// lockDelay is the longest such wait. The first is a second, and each next
	// one is twice as long.
	lockDelay = 30 * time.Second
	// keychainDelay is how long a locked keychain stops the queue.
	keychainDelay = time.Minute
	// busyRetries is the repetition from which on the wait of a file that a busy
	// server refused no longer grows.
	busyRetries = 3
	// cutRetries is how often a 400 to an incomplete body is taken for a
	// time-out. After that, although less was sent at a time, it is taken for a
	// refusal.
	cutRetries = 8
	// roomDelay is the first wait for storage that has room for a file. It is
	// doubled up to roomCap.
	roomDelay = 30 * time.Second
	roomCap   = 15 * time.Minute
	// storageDelay is the first wait for a server whose storage is full. Later
	// waits are an hour.
	storageDelay = 15 * time.Minute
)

// Policy says how long to keep trying.
type Policy struct {
	// Rounds is how many rounds of five attempts a transfer gets before it has
	// failed. 0 means no limit: between rounds it waits for minutes, later for
	// hours. The program leaves it 0: its calls give up, not its engine.
	Rounds int
}

// Input is a failed attempt.
type Input struct {
	Err     *core.Error // why it failed, never nil
	Attempt int         // attempts so far, this one included: 1…
	Same    int         // consecutive attempts that failed with this code: 1…
	// Row is how many different transfers of the profile, including this one,
	// were refused (401, 403) since one was last stored.
	Row int
	// Others is whether another transfer was stored by an attempt that began
	// after this transfer was first refused.
	Others bool
	More   bool // the profile has other transfers to try
	// Since is for how long attempts have failed with this code.
	Since time.Duration
	// HonoursKey is whether the server is known to refuse duplicates by
	// Idempotency-Key.
	HonoursKey bool
	// MaybeStored is whether an earlier attempt's outcome is unknown. Giving up
	// then leads to StateUnknown instead of StateFailed.
	MaybeStored bool
	Now         time.Time
	Rand        func() float64 // uniform in [0, 1)
}

// Decision is what to do about a failed attempt.
type Decision struct {
	// Next is StateQueued (at once), StateWaiting, StateFailed or
	// StateUnknown.
	Next  core.State
	After time.Duration // StateWaiting, Halt: how long from Input.Now
	// Halt stops the profile's whole queue with this error until someone acts,
	// or for After if that is set. The transfer stays queued.
	Halt bool
	// Busy says that the server has too much to do and has to be sent less at a
	// time.
	Busy bool
	// Free says that the attempt says nothing about the file: it does not count
	// as one of the transfer's attempts.
	Free bool
	// Hold is how long no transfer may be sent to the server.
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
	case again: // cut off or never received
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
		return repeat(in, changedRetries)
	case absent:
		if in.Since < absentPatience {
			return wait(backoff(in.Same, in.Rand))
		}
	case unread:
		return repeat(in, unreadRetries)
	case mismatch:
		return repeat(in, integrityRetries)
	case busyKey:
		if in.Same <= keyRetries {
			return wait(atLeast(in.Err.RetryAfter, keyDelay, in.Rand))
		}
		// The server never finishes an earlier attempt, so the outcome stays
		// unknown.
		return Decision{Next: core.StateUnknown}
	case locked:
		return p.locked(in)
	case full:
		return p.full(in)
	case permanent:
	}
	return giveUp(in)
}

// repeat tries again up to n times.
func repeat(in Input, n int) Decision {
	if in.Same > n {
		return giveUp(in)
	}
	return wait(backoff(in.Same, in.Rand))
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

// halt stops the queue. If the keychain is locked it does so only for a while, as a
// program that starts with the desktop session runs before the keychain is unlocked.
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
	return refuse(in)
}

// tooSlow decides about a file that took longer to send than its token lived.
func tooSlow(in Input) Decision {
	if in.Same > outlastedRetries {
		return refuse(in)
	}
	d := wait(backoff(in.Same, in.Rand))
	d.Busy = true
	return d
}

// rejected decides about a token that was refused: first another token is tried, then
// another file. If no file's token is accepted, the account is refused; if other files'
// are, only this file.
func rejected(in Input) Decision {
	switch {
	case in.Same <= tokenRetries:
		return Decision{Next: core.StateQueued}
	case in.Others:
		return refuse(in)
	case in.More && in.Row < tokenFiles && in.Same <= tokenTries:
		return wait(spread(tokenDelay, in.Rand))
	}
	return Decision{Next: core.StateQueued, Halt: true}
}

// refuse ends a transfer that the server refused for a reason other than its content,
// which says nothing about an earlier attempt.
func refuse(in Input) Decision {
	if in.MaybeStored {
		return Decision{Next: core.StateUnknown}
	}
	return giveUp(in)
}

// retry waits for the next attempt of the round or for the next round, or gives up after
// the last round.
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

// busy tries again soon, as often as it takes: sending less at a time relieves the server,
// and the oldest file is sent next.
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

// noRoom waits until a storage has room for this file. Others may fit.
func (p Policy) noRoom(in Input) Decision {
	if p.Rounds > 0 {
		return p.retry(in)
	}
	delay := min(roomDelay<<min(max(in.Same, 1)-1, 6), roomCap)
	d := wait(max(atLeast(in.Err.RetryAfter, delay, in.Rand), spread(delay, in.Rand)))
	d.Free = true
	return d
}

// locked waits as long as a server may take to notice that the connection whose request
// holds the upload is gone.
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

// full waits long for a server without space, as quick repetitions would only load it.
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

// giveUp ends a transfer: failed, or unknown if the server may have it.
func giveUp(in Input) Decision {
	if in.Err.Outcome == core.OutcomeUnknown || (in.MaybeStored && in.Err.Outcome != core.OutcomeAnswered) {
		return Decision{Next: core.StateUnknown}
	}
	return Decision{Next: core.StateFailed}
}

func wait(d time.Duration) Decision { return Decision{Next: core.StateWaiting, After: d} }
