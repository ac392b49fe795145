package retry

import (
	"net/http"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// The three random values that matter: least, middle and (almost) most.
func least() float64  { return 0 }
func middle() float64 { return 0.5 }
func most() float64   { return 1 }

func fault(kind core.Kind, code core.Code) *core.Error { return &core.Error{Kind: kind, Code: code} }

func answered(code core.Code) *core.Error {
	return &core.Error{Kind: core.KindAuth, Code: code, Status: http.StatusUnauthorized, Outcome: core.OutcomeAnswered}
}

func outlived() *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeTokenExpired, Status: http.StatusUnauthorized, Outcome: core.OutcomeAnswered}
}

func (in Input) with(f func(*Input)) Input { f(&in); return in }

func TestDecide(t *testing.T) {
	network := fault(core.KindNetwork, core.CodeUnreachable)
	unknown := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Outcome: core.OutcomeUnknown}
	again := Decision{Next: core.StateQueued}
	stop := Decision{Next: core.StateQueued, Halt: true}
	failed := Decision{Next: core.StateFailed}
	ask := Decision{Next: core.StateUnknown}
	after := func(d time.Duration) Decision { return Decision{Next: core.StateWaiting, After: d} }
	hold := func(d time.Duration) Decision {
		return Decision{Next: core.StateWaiting, After: d, Hold: d, Free: true}
	}
	alone := func(d time.Duration) Decision { return Decision{Next: core.StateWaiting, After: d, Free: true} }
	slow := func(d, hold time.Duration) Decision {
		return Decision{Next: core.StateWaiting, After: d, Hold: hold, Busy: true, Free: true}
	}
	busyFor := func(d time.Duration) *core.Error {
		return &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 429, RetryAfter: d}
	}

	for _, tt := range []struct {
		name   string
		rounds int
		in     Input
		want   Decision
	}{
		{"network, first", 0, Input{Err: network, Attempt: 1}, after(time.Second)},
		{"network, second", 0, Input{Err: network, Attempt: 2}, after(2 * time.Second)},
		{"network, third", 0, Input{Err: network, Attempt: 3}, after(4 * time.Second)},
		{"network, fourth", 0, Input{Err: network, Attempt: 4}, after(8 * time.Second)},
		{"network, end of round 1", 0, Input{Err: network, Attempt: 5}, after(72 * time.Second)},
		{"network, round 2 begins anew", 0, Input{Err: network, Attempt: 6}, after(time.Second)},
		{"network, end of round 2", 0, Input{Err: network, Attempt: 10}, after(6 * time.Minute)},
		{"network, end of round 3", 0, Input{Err: network, Attempt: 15}, after(18 * time.Minute)},
		{"network, end of round 4", 0, Input{Err: network, Attempt: 20}, after(72 * time.Minute)},
		{"network, end of round 5", 0, Input{Err: network, Attempt: 25}, after(72 * time.Minute)},
		{"network, end of round 500", 0, Input{Err: network, Attempt: 2500}, after(72 * time.Minute)},
		{"network, last but one of one round", 1, Input{Err: network, Attempt: 4}, after(8 * time.Second)},
		{"network, last of one round", 1, Input{Err: network, Attempt: 5}, failed},
		{"network, last of two rounds", 2, Input{Err: network, Attempt: 10}, failed},
		{"network, a person tries again", 1, Input{Err: network, Attempt: 6}, after(time.Second)},
		{"network, last, maybe stored before", 1, Input{Err: network, Attempt: 5, MaybeStored: true}, ask},
		{"proxy", 0, Input{Err: fault(core.KindNetwork, core.CodeProxy), Attempt: 1}, after(time.Second)},
		{"keychain locked, window", 0, Input{Err: fault(core.KindConfig, core.CodeKeychainLocked), Attempt: 1}, Decision{Next: core.StateQueued, Halt: true, After: keychainDelay}},
		{"keychain locked, command line", 1, Input{Err: fault(core.KindConfig, core.CodeKeychainLocked), Attempt: 1}, stop},
		{"proxy wants a password", 0, Input{Err: &core.Error{Kind: core.KindNetwork, Code: core.CodeProxy, Status: http.StatusProxyAuthRequired}, Attempt: 1}, stop},

		{"unknown", 0, Input{Err: unknown, Attempt: 1}, ask},
		{"unknown, key honoured", 0, Input{Err: unknown, Attempt: 1, HonoursKey: true}, after(time.Second)},
		{"unknown, key honoured, last", 1, Input{Err: unknown, Attempt: 5, HonoursKey: true}, ask},
		{"unknown though cancelled", 0, Input{Err: &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Outcome: core.OutcomeUnknown}, Attempt: 1}, ask},
		{"cancelled", 0, Input{Err: fault(core.KindCancelled, core.CodeCancelled), Attempt: 1}, again},

		{"token rejected", 0, Input{Err: fault(core.KindAuth, core.CodeTokenRejected), Attempt: 1, Same: 1}, again},
		{"token rejected twice", 0, Input{Err: fault(core.KindAuth, core.CodeTokenRejected), Attempt: 2, Same: 2}, stop},
		{"token rejected twice, another file to try", 0, Input{Err: fault(core.KindAuth, core.CodeTokenRejected), Attempt: 2, Same: 2, Row: 1, More: true}, after(72 * time.Second)},
		{"token rejected twice, and another file's", 0, Input{Err: fault(core.KindAuth, core.CodeTokenRejected), Attempt: 2, Same: 2, Row: 2, More: true}, stop},
		{"token rejected twice, others were taken", 0, Input{Err: answered(core.CodeTokenRejected), Attempt: 2, Same: 2, Row: 1, Others: true}, failed},
		{"token rejected twice, others were taken, maybe stored before", 0, Input{Err: answered(core.CodeTokenRejected), Attempt: 2, Same: 2, Row: 1, Others: true, MaybeStored: true}, ask},
		{"token rejected for ever, others wait", 0, Input{Err: fault(core.KindAuth, core.CodeTokenRejected), Attempt: 6, Same: 6, Row: 1, More: true}, stop},
		{"token outlasted", 0, Input{Err: outlived(), Attempt: 1, Same: 1}, Decision{Next: core.StateWaiting, After: time.Second, Busy: true}},
		{"token outlasted on the command line", 1, Input{Err: outlived(), Attempt: 2, Same: 2}, Decision{Next: core.StateWaiting, After: 2 * time.Second, Busy: true}},
		{"token outlasted for good", 0, Input{Err: outlived(), Attempt: 3, Same: 3, More: true, Row: 9}, failed},
		{"token outlasted for good, maybe stored before", 0, Input{Err: outlived(), Attempt: 3, Same: 3, MaybeStored: true}, ask},
		{"sign-in refused", 0, Input{Err: fault(core.KindAuth, core.CodeSignInRefused), Attempt: 1, Same: 1}, stop},
		{"scope missing", 0, Input{Err: fault(core.KindAuth, core.CodeScopeMissing), Attempt: 1, Same: 1}, stop},
		{"server untrusted", 0, Input{Err: fault(core.KindTLS, core.CodeTLSUntrusted), Attempt: 1, Same: 1}, stop},
		{"client certificate refused", 0, Input{Err: fault(core.KindTLS, core.CodeTLSClientRefused), Attempt: 1, Same: 1}, stop},
		{"secret missing", 0, Input{Err: fault(core.KindConfig, core.CodeSecretMissing), Attempt: 1, Same: 1}, stop},
		{"forbidden", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeForbidden, Status: 403, Outcome: core.OutcomeAnswered}, Attempt: 1, Same: 1, Row: 1}, failed},
		{"forbidden, a second file", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeForbidden, Status: 403, Outcome: core.OutcomeAnswered}, Attempt: 1, Same: 1, Row: 2}, failed},
		{"forbidden, a third file", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeForbidden, Status: 403, Outcome: core.OutcomeAnswered}, Attempt: 1, Same: 1, Row: 3}, stop},
		{"forbidden, maybe stored before", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeForbidden, Status: 403, Outcome: core.OutcomeAnswered}, Attempt: 2, Same: 1, Row: 1, MaybeStored: true}, ask},

		{"busy", 0, Input{Err: fault(core.KindServer, core.CodeServerBusy), Attempt: 1}, slow(time.Second, 0)},
		{"busy, no end of a round", 0, Input{Err: fault(core.KindServer, core.CodeServerBusy), Attempt: 5, Same: 5}, slow(4*time.Second, 0)},
		{"busy, asks for 10 s", 0, Input{Err: busyFor(10 * time.Second), Attempt: 1}, slow(11*time.Second, 11*time.Second)},
		{"busy, asks for less than the backoff", 0, Input{Err: busyFor(time.Second), Attempt: 4, Same: 4}, slow(4*time.Second, 4*time.Second)},
		{"busy, asks for a year", 0, Input{Err: busyFor(365 * 24 * time.Hour), Attempt: 1}, slow(26*time.Hour+24*time.Minute, 26*time.Hour+24*time.Minute)},
		{"busy at the end, key honoured", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503, Outcome: core.OutcomeUnknown}, Attempt: 5, HonoursKey: true}, slow(time.Second, 0)},
		{"busy at the end", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503, Outcome: core.OutcomeUnknown}, Attempt: 5}, Decision{Next: core.StateUnknown, Busy: true, Free: true}},
		{"can't be asked for leave", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 417}, Attempt: 1}, after(time.Second)},
		{"no room", 0, Input{Err: fault(core.KindServer, core.CodeNoRoom), Attempt: 1, Same: 1}, alone(36 * time.Second)},
		{"no room, asks for 45 s", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeNoRoom, RetryAfter: 45 * time.Second}, Attempt: 1, Same: 1}, alone(49500 * time.Millisecond)},
		{"no room for long", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeNoRoom, RetryAfter: 30 * time.Second}, Attempt: 99, Same: 99}, alone(18 * time.Minute)},
		{"failure", 0, Input{Err: fault(core.KindServer, core.CodeServerFailure), Attempt: 2}, after(2 * time.Second)},
		{"server's own time-out", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeTimeout, Status: 408}, Attempt: 1}, slow(time.Second, 0)},
		{"a cut body's 400 is a time-out", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeTimeout, Status: 400, Outcome: core.OutcomeCutOff}, Attempt: 8, Same: 8}, Decision{Next: core.StateWaiting, After: 4 * time.Second, Busy: true, Free: true}},
		{"a cut body's 400 for ever", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeTimeout, Status: 400, Outcome: core.OutcomeCutOff}, Attempt: 9, Same: 9}, failed},
		{"yes to half a file", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Status: 201, Outcome: core.OutcomeCutOff}, Attempt: 1}, after(time.Second)},

		{"full", 0, Input{Err: fault(core.KindServer, core.CodeStorageFull), Attempt: 1, Same: 1}, hold(18 * time.Minute)},
		{"full again", 0, Input{Err: fault(core.KindServer, core.CodeStorageFull), Attempt: 2, Same: 2}, hold(72 * time.Minute)},
		{"full, asks for more", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull, RetryAfter: 2 * time.Hour}, Attempt: 1, Same: 1}, hold(132 * time.Minute)},
		{"full, one round", 1, Input{Err: fault(core.KindServer, core.CodeStorageFull), Attempt: 1, Same: 1}, failed},

		{"key in progress", 0, Input{Err: fault(core.KindServer, core.CodeKeyInProgress), Attempt: 2, Same: 1}, after(33 * time.Second)},
		{"key in progress, asks for 5 s", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, RetryAfter: 5 * time.Second}, Attempt: 2, Same: 10}, after(5500 * time.Millisecond)},
		{"key in progress for ever", 0, Input{Err: fault(core.KindServer, core.CodeKeyInProgress), Attempt: 12, Same: 11}, ask},

		{"locked", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 423}, Attempt: 2, Same: 1}, Decision{Next: core.StateWaiting, After: 1200 * time.Millisecond, Free: true}},
		{"locked, third", 1, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 423}, Attempt: 5, Same: 3}, Decision{Next: core.StateWaiting, After: 4800 * time.Millisecond, Free: true}},
		{"locked, asks for more", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 423, RetryAfter: 20 * time.Second}, Attempt: 2, Same: 1}, Decision{Next: core.StateWaiting, After: 22 * time.Second, Free: true}},
		{"locked for minutes, one round", 1, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 500}, Attempt: 15, Same: 15}, Decision{Next: core.StateWaiting, After: 36 * time.Second, Free: true}},
		{"locked for ever, one round", 1, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 423}, Attempt: 20, Same: 19}, failed},
		{"locked for ever", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeKeyInProgress, Status: 423}, Attempt: 20, Same: 19}, after(72 * time.Minute)},

		{"misdirected", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeUnexpected, Status: 421}, Attempt: 1, Same: 1}, again},
		{"misdirected twice", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeUnexpected, Status: 421}, Attempt: 2, Same: 2}, failed},
		{"too large", 0, Input{Err: fault(core.KindServer, core.CodeTooLarge), Attempt: 1, Same: 1}, failed},
		{"rejected, maybe stored before", 0, Input{Err: &core.Error{Kind: core.KindServer, Code: core.CodeRejected, Status: 422, Outcome: core.OutcomeAnswered}, Attempt: 2, Same: 1, MaybeStored: true}, failed},
		{"usage", 0, Input{Err: fault(core.KindUsage, core.CodeUsage), Attempt: 1, Same: 1}, failed},

		{"other hash", 0, Input{Err: fault(core.KindIntegrity, core.CodeChecksumMismatch), Attempt: 1, Same: 1}, after(time.Second)},
		{"other hash, second", 0, Input{Err: fault(core.KindIntegrity, core.CodeChecksumMismatch), Attempt: 2, Same: 2}, after(2 * time.Second)},
		{"other hash, third", 0, Input{Err: fault(core.KindIntegrity, core.CodeChecksumMismatch), Attempt: 3, Same: 3}, failed},
		{"other size", 0, Input{Err: fault(core.KindIntegrity, core.CodeSizeMismatch), Attempt: 1, Same: 1}, after(time.Second)},
		{"no hash", 0, Input{Err: fault(core.KindIntegrity, core.CodeChecksumMissing), Attempt: 1, Same: 1}, failed},

		{"file changed", 0, Input{Err: fault(core.KindFile, core.CodeFileChanged), Attempt: 1, Same: 1}, after(time.Second)},
		{"file changed, third", 0, Input{Err: fault(core.KindFile, core.CodeFileChanged), Attempt: 3, Same: 3}, after(4 * time.Second)},
		{"file changed, fourth", 0, Input{Err: fault(core.KindFile, core.CodeFileChanged), Attempt: 4, Same: 4}, failed},
		{"file gone", 1, Input{Err: fault(core.KindFile, core.CodeFileMissing), Attempt: 1, Same: 1}, after(time.Second)},
		{"file gone for a while", 1, Input{Err: fault(core.KindFile, core.CodeFileMissing), Attempt: 9, Same: 9, Since: absentPatience - 1}, after(30 * time.Second)},
		{"file gone for long", 0, Input{Err: fault(core.KindFile, core.CodeFileMissing), Attempt: 2, Same: 2, Since: absentPatience}, failed},
		{"file gone for long, maybe stored before", 0, Input{Err: fault(core.KindFile, core.CodeFileMissing), Attempt: 2, Same: 2, Since: absentPatience, MaybeStored: true}, ask},
		{"file of another program", 0, Input{Err: fault(core.KindFile, core.CodeFileInUse), Attempt: 1, Same: 1}, after(time.Second)},
		{"file of another program for long", 0, Input{Err: fault(core.KindFile, core.CodeFileInUse), Attempt: 1, Same: 1, Since: time.Hour}, failed},
		{"file unreadable, fourth", 1, Input{Err: fault(core.KindFile, core.CodeFileUnreadable), Attempt: 4, Same: 4}, after(8 * time.Second)},
		{"file unreadable, fifth", 0, Input{Err: fault(core.KindFile, core.CodeFileUnreadable), Attempt: 5, Same: 5}, failed},
		{"file not permitted", 0, Input{Err: fault(core.KindFile, core.CodeFilePermission), Attempt: 1, Same: 1}, failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Policy{Rounds: tt.rounds}.Decide(tt.in.with(func(in *Input) { in.Rand = most }))
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestBackoffHasFullJitterBelowTheCap(t *testing.T) {
	for _, tt := range []struct {
		n      int
		random func() float64
		want   time.Duration
	}{
		{0, most, time.Second}, {1, most, time.Second}, {1, middle, 500 * time.Millisecond}, {1, least, 0},
		{5, most, 16 * time.Second}, {6, most, 30 * time.Second}, {7, most, 30 * time.Second},
		{1 << 30, most, 30 * time.Second}, {4, middle, 4 * time.Second},
	} {
		if got := backoff(tt.n, tt.random); got != tt.want {
			t.Errorf("backoff(%d) = %v, want %v", tt.n, got, tt.want)
		}
	}
}

func TestSpreadIsAFifthEitherWay(t *testing.T) {
	for _, tt := range []struct {
		random func() float64
		want   time.Duration
	}{{least, 48 * time.Minute}, {middle, time.Hour}, {most, 72 * time.Minute}} {
		if got := spread(hourly, tt.random); got != tt.want {
			t.Errorf("spread = %v, want %v", got, tt.want)
		}
	}
}

func TestRetryAfterIsNeverCutShort(t *testing.T) {
	if got := asked(-time.Second, most); got != 0 {
		t.Errorf("a negative wait gave %v", got)
	}
	if got := asked(time.Minute, least); got != time.Minute {
		t.Errorf("least jitter gave %v", got)
	}
}

func TestNotBefore(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	if got := wait(time.Minute).NotBefore(now); !got.Equal(now.Add(time.Minute)) {
		t.Errorf("got %v", got)
	}
	if got := (Decision{Next: core.StateFailed}).NotBefore(now); !got.IsZero() {
		t.Errorf("an end has a time: %v", got)
	}
}

// Whatever fails, the decision is a legal change of state, a wait is never negative, a file that may have been
// stored is never repeated unless the server refuses duplicates, and with rounds there is an end.
func TestDecideHolds(t *testing.T) {
	kinds := []core.Kind{core.KindUsage, core.KindConfig, core.KindFile, core.KindAuth, core.KindTLS, core.KindNetwork,
		core.KindServer, core.KindIntegrity, core.KindCancelled, ""}
	codes := []core.Code{core.CodeTokenRejected, core.CodeFileChanged, core.CodeServerBusy, core.CodeNoRoom, core.CodeTimeout, core.CodeStorageFull, core.CodeKeyInProgress,
		core.CodeForbidden, core.CodeChecksumMismatch, core.CodeChecksumMissing, core.CodeProxy, core.CodeUnexpected, core.CodeInternal}
	rapid.Check(t, func(t *rapid.T) {
		in := Input{
			Err: &core.Error{
				Kind:       rapid.SampledFrom(kinds).Draw(t, "kind"),
				Code:       rapid.SampledFrom(codes).Draw(t, "code"),
				Outcome:    core.Outcome(rapid.IntRange(0, 3).Draw(t, "outcome")),
				Status:     rapid.SampledFrom([]int{0, 201, 407, 421, 500}).Draw(t, "status"),
				RetryAfter: time.Duration(rapid.Int64().Draw(t, "retry-after")),
			},
			Attempt:     rapid.IntRange(1, 10000).Draw(t, "attempt"),
			HonoursKey:  rapid.Bool().Draw(t, "key"),
			MaybeStored: rapid.Bool().Draw(t, "maybe"),
			Rand:        func() float64 { return rapid.Float64Range(0, 0.999).Draw(t, "rand") },
		}
		in.Same = rapid.IntRange(1, in.Attempt).Draw(t, "same")
		rounds := rapid.IntRange(0, 3).Draw(t, "rounds")
		got := Policy{Rounds: rounds}.Decide(in)
		if !core.StateSending.CanBecome(got.Next) {
			t.Fatalf("illegal change to %q", got.Next)
		}
		if got.After < 0 || got.After > 27*time.Hour || (got.After != 0 && got.Next != core.StateWaiting) {
			t.Fatalf("waits %v in %q", got.After, got.Next)
		}
		if in.Err.Outcome == core.OutcomeUnknown && !in.HonoursKey && got.Next != core.StateUnknown {
			t.Fatalf("an unknown outcome became %q", got.Next)
		}
		if in.Err.Outcome == core.OutcomeUnknown && got.Next == core.StateFailed {
			t.Fatal("an unknown outcome was called failed")
		}
		if got.Hold < 0 || got.Hold > got.After {
			t.Fatalf("holds the others for %v, and waits %v", got.Hold, got.After)
		}
		if got.Busy && got.Next == core.StateFailed {
			t.Fatal("a file fails because the server is busy")
		}
		if got.Halt && got.Next != core.StateQueued {
			t.Fatalf("halted with the transfer in %q", got.Next)
		}
	})
}
