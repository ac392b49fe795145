package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// scripted is an engine whose events come from the test.
type scripted struct {
	begun   chan struct{} // closed once somebody follows
	mu      sync.Mutex
	files   []core.Transfer
	waits   []core.Wait
	updates chan core.Update
}

func (f *scripted) Subscribe() (core.Snapshot, core.Feed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	snapshot := core.Snapshot{Transfers: slices.Clone(f.files), Waits: f.waits}
	select {
	case <-f.begun:
	default:
		close(f.begun)
	}
	return snapshot, f
}
func (f *scripted) Left(context.Context, string) (here, elsewhere int, err error) { return 0, 0, nil }
func (f *scripted) Close()                                                        {}
func (f *scripted) Next(ctx context.Context) (core.Update, error) {
	select {
	case u := <-f.updates:
		return u, nil
	case <-ctx.Done():
		return core.Update{}, ctx.Err()
	}
}

// say changes a file and sends the update.
func (f *scripted) say(i int, change func(*core.Transfer)) {
	f.mu.Lock()
	change(&f.files[i])
	u := core.Update{Changed: []core.Transfer{f.files[i]}, Waits: f.waits}
	f.mu.Unlock()
	f.updates <- u
}

// leave sends the update that the server is left alone for d.
func (f *scripted) leave(d time.Duration, why *core.Error) {
	var waits []core.Wait
	if d > 0 {
		waits = []core.Wait{{Profile: "Prod", Since: time.Now(), Until: time.Now().Add(d), Reason: why}}
	}
	f.mu.Lock()
	f.waits = waits
	f.mu.Unlock()
	f.updates <- core.Update{Waits: waits}
}

func sending(n int64) func(*core.Transfer) {
	return func(t *core.Transfer) {
		if t.State != core.StateSending {
			t.Attempts++
		}
		t.State, t.Sent, t.Error, t.NotBefore = core.StateSending, n, nil, time.Time{}
	}
}

func waitingFor(d time.Duration, why *core.Error) func(*core.Transfer) {
	return func(t *core.Transfer) {
		t.State, t.Sent, t.Error, t.NotBefore = core.StateWaiting, 0, why, time.Now().Add(d)
	}
}

func stored(t *core.Transfer) {
	t.State, t.Receipt, t.Error = core.StateStored, &core.Receipt{FileID: "1"}, nil
}

var (
	refused  = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused, Op: "upload", Message: "The server refuses connections on this port."}
	cutOff   = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Op: "upload", Outcome: core.OutcomeCutOff, Message: "The connection broke."}
	signedIn = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused, Op: "fetch token", Err: core.ErrSignIn}
)

// end is how a call ended.
type end string

const (
	allStored       end = "all stored"
	incomplete      end = "incomplete"
	noServer        end = "no server"
	interruptedCall end = "interrupted"
)

// endOf is the end that an error of Follow means. All but the last are told.
func endOf(err error) end {
	var known *core.Error
	switch {
	case err == nil:
		return allStored
	case core.AsError(err).Kind == core.KindCancelled:
		return interruptedCall
	case !report.IsTold(err):
		return end("not told: " + err.Error())
	case !errors.As(err, &known):
		return incomplete
	case known.Kind == core.KindNetwork:
		return noServer
	}
	return end(known.Error())
}

// ending is how and when a call ended, and what it printed.
type ending struct {
	ends       end
	took       time.Duration
	out, errs  string
	stillThere bool
}

// call follows n files through what happens, as `upload` does. It is cancelled after two
// days.
func call(t *testing.T, n int, p Persistence, asJSON bool, happens func(f *scripted)) (e ending) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &scripted{begun: make(chan struct{}), updates: make(chan core.Update)}
		var s core.Submission
		for i := range n {
			id := core.TransferID(fmt.Sprint("t", i))
			s.Queued = append(s.Queued, id)
			f.files = append(f.files, core.Transfer{ID: id, State: core.StateQueued, Source: core.Source{Path: fmt.Sprint("/f/", i), Name: fmt.Sprint(i), Size: 1000}})
		}
		var out, errs bytes.Buffer
		w := New(Config{Out: report.New(report.Config{JSON: asJSON, Out: report.NewOutput(&out), Err: report.NewOutput(&errs), Show: report.NewPaths(nil),
			Profile: core.Profile{AdminURL: "https://admin.example:8000", IngesterURL: "https://ingester.example:8020"}}),
			Profile: "Prod", Submission: s, Persistence: p})
		ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour)
		begun := time.Now()
		ended := make(chan error)
		go func() { ended <- w.Follow(ctx, f) }()
		<-f.begun
		go happens(f)
		err := <-ended
		e = ending{endOf(err), time.Since(begun), out.String(), errs.String(), ctx.Err() != nil}
		cancel()
		go func() { // what happens after the call
			for {
				select {
				case <-f.updates:
				case <-time.After(1000 * time.Hour):
					return
				}
			}
		}()
		<-time.After(2000 * time.Hour)
	})
	return e
}

// unattended is the persistence of a call without a terminal.
var unattended = Persistence{Limit: PatienceAlone}

// How long a call waits, by what it has seen.
func TestPersistence(t *testing.T) {
	away := func(f *scripted) { // from the beginning
		for range 100 {
			f.say(0, sending(0))
			f.say(0, waitingFor(time.Minute, refused))
			<-time.After(time.Minute)
		}
	}
	outage := func(f *scripted) { // after one of two was stored, ten minutes later
		f.say(0, sending(500))
		<-time.After(10 * time.Minute)
		f.say(0, stored)
		f.say(1, sending(0))
		f.say(1, waitingFor(time.Hour, refused))
	}
	slow := func(f *scripted) { // a byte every fifty minutes, for two hours, and then gone
		f.say(0, sending(1))
		for i := range int64(3) {
			<-time.After(50 * time.Minute)
			f.say(0, sending(i+2))
		}
		f.say(0, waitingFor(100*time.Hour, cutOff))
	}
	stalled := func(f *scripted) { // under way, without a byte, for three hours
		f.say(0, sending(1))
		<-time.After(3 * time.Hour)
		f.say(0, waitingFor(100*time.Hour, cutOff))
	}
	again := func(f *scripted) { // always the same half of a file: nothing is gained
		for range 1000 {
			f.say(0, sending(500))
			<-time.After(time.Minute)
			f.say(0, waitingFor(50*time.Second, cutOff))
			<-time.After(50 * time.Second)
		}
	}
	fiveTimes := func(f *scripted) {
		for range 5 {
			f.say(0, sending(0))
			f.say(0, waitingFor(8*time.Second, refused))
			<-time.After(8 * time.Second)
		}
	}
	alone := func(f *scripted) {
		f.say(0, sending(7))
		f.say(0, waitingFor(time.Second, cutOff))
		f.leave(time.Minute, cutOff)
	}
	const never = -1
	for _, tt := range []struct {
		name    string
		n       int
		p       Persistence
		happens func(*scripted)
		ends    end
		took    time.Duration
	}{
		{"never reached", 1, unattended, away, noServer, 30 * time.Second},
		{"never reached, on a terminal", 1, Persistence{Endless: true}, away, noServer, 30 * time.Second},
		{"never reached, said to wait", 1, Persistence{Limit: time.Hour, Given: true}, away, noServer, time.Hour},
		{"never reached, the sign-in neither", 1, unattended, func(f *scripted) {
			f.say(0, sending(0))
			f.leave(time.Hour, signedIn)
		}, noServer, 30 * time.Second},
		{"an outage", 2, unattended, outage, incomplete, 70 * time.Minute},
		{"an outage, on a terminal", 2, Persistence{Limit: PatienceAlone, Endless: true}, outage, interruptedCall, never},
		{"an outage, less patience", 2, Persistence{Limit: time.Minute, Given: true}, outage, incomplete, 11 * time.Minute},
		{"slow, then gone", 1, unattended, slow, incomplete, 210 * time.Minute},
		{"nothing under way is cut", 1, unattended, stalled, incomplete, 3 * time.Hour},
		{"the same bytes again and again", 1, unattended, again, incomplete, time.Hour},
		{"no patience: one round", 1, Persistence{Given: true}, fiveTimes, noServer, 32 * time.Second},
		{"no patience: the server is left alone", 2, Persistence{Given: true}, alone, incomplete, 0},
		{"a share is away: no server was missed", 1, unattended, func(f *scripted) {
			f.waits = []core.Wait{{Path: "/mnt/scans", Until: time.Now().Add(100 * time.Hour), Reason: &core.Error{Kind: core.KindFile, Code: core.CodeFileMissing}}}
			f.say(0, func(t *core.Transfer) { t.State, t.Error = core.StateWaiting, f.waits[0].Reason })
		}, incomplete, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := call(t, tt.n, tt.p, false, tt.happens)
			if e.ends != tt.ends || tt.took != never && e.took.Round(time.Second) != tt.took || e.stillThere != (tt.took == never) {
				t.Errorf("%s after %v, want %s after %v\n%s%s", e.ends, e.took, tt.ends, tt.took, e.out, e.errs)
			}
			if waits := "in the queue: 1 file; the same command goes on"; tt.took != never && !strings.Contains(strings.Replace(e.out, "2 files", "1 file", 1), waits) {
				t.Errorf("%q does not say what is left", e.out)
			}
		})
	}
}

// While everything is paused a call waits as for a server that can't be reached, and a call
// without patience does not wait. It says then that it waited because of the pause.
func TestPausedIsWhy(t *testing.T) {
	for name, c := range map[string]struct {
		p    Persistence
		took time.Duration
	}{"alone": {unattended, time.Hour}, "no patience": {Persistence{Given: true}, 0}} {
		for _, asJSON := range []bool{false, true} {
			e := call(t, 2, c.p, asJSON, func(f *scripted) {
				f.updates <- core.Update{Paused: true}
			})
			const says = "All is paused; 'ingester resume' goes on."
			if e.ends != incomplete || e.took != c.took {
				t.Errorf("%s: %s after %v", name, e.ends, e.took)
			}
			if told := e.out + e.errs; !strings.Contains(told, says) || strings.Contains(told, "turn") {
				t.Errorf("%s: %s", name, told)
			}
		}
	}
}

// A call whose owner has ended can't list what is left, but counts it.
func TestLeftIsCounted(t *testing.T) {
	f := &scripted{begun: make(chan struct{}), updates: make(chan core.Update)}
	var out bytes.Buffer
	w := New(Config{Out: report.New(report.Config{JSON: true, Out: report.NewOutput(&out), Err: report.NewOutput(io.Discard), Show: report.NewPaths(nil)}),
		Profile: "Prod", Submission: core.Submission{Queued: []core.TransferID{"a", "b"}}, Persistence: unattended})
	w.begin([]core.Transfer{{ID: "a"}, {ID: "b"}})
	_ = w.finish(t.Context(), f)
	if !strings.Contains(out.String(), `"files":2,"stored":0,"failed":2`) {
		t.Error(out.String())
	}
}

// A wait is reported once, with the reason and the time, and only while nothing else is
// under way.
func TestWaitingIsTold(t *testing.T) {
	happens := func(f *scripted) {
		f.say(0, sending(10))
		f.leave(time.Minute, refused) // another is under way
		f.say(0, waitingFor(time.Second, cutOff))
		f.leave(time.Minute, refused)
		f.updates <- core.Update{Waits: f.waits}
		<-time.After(time.Minute)
		f.leave(0, nil)
		f.say(0, sending(20))
		f.say(0, stored)
		f.say(1, sending(10))
		f.say(1, waitingFor(500*time.Millisecond, cutOff)) // too short to be reported
		<-time.After(time.Second)
		f.say(1, sending(10))
		f.say(1, waitingFor(10*time.Hour, signedIn))
		<-time.After(20 * time.Minute)
		f.say(1, stored)
	}
	e := call(t, 2, unattended, true, happens)
	want := []string{
		`{"event":"waiting","until":"2000-01-01T00:01:00Z","reason":"connection refused","profile":"Prod","error":{"kind":"network","status":0,"code":"","message":"upload: The server refuses connections on this port."}}`,
		`{"event":"waiting","until":"2000-01-01T10:01:01Z","reason":"connection refused","error":{"kind":"network","status":0,"code":"","message":"fetch token: connection_refused: sign-in failed"}}`,
	}
	var got []string
	for line := range strings.Lines(e.out) {
		if strings.Contains(line, "waiting") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if e.ends != allStored || !slices.Equal(got, want) {
		t.Errorf("%s, %d lines:\n%s", e.ends, len(got), strings.Join(got, "\n"))
	}
	e = call(t, 2, unattended, false, happens)
	for _, line := range []string{"waiting for ingester.example:8020 until ", "waiting for admin.example:8000 until ", ": connection refused\n"} {
		if !strings.Contains(e.errs, line) {
			t.Errorf("%q is not in %q", line, e.errs)
		}
	}
}

// If the server may have a file, the report says that the server is asked, not that the
// file waits to be sent. A folder that is there is not reported as away.
func TestWaitingSaysForWhat(t *testing.T) {
	unheard := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Outcome: core.OutcomeUnknown, Op: "upload", Message: "It was not heard."}
	happens := func(f *scripted) {
		f.say(0, waitingFor(time.Minute, unheard))
		f.say(1, waitingFor(time.Hour, unheard))
		<-time.After(time.Second)
		for i, code := range []core.Code{core.CodeTooManyOpen, core.CodeFolderAway} {
			f.waits = []core.Wait{{Path: []string{"/scans", "/mnt"}[i], Since: time.Now(), Reason: &core.Error{Kind: core.KindFile, Code: code}}}
			f.updates <- core.Update{Waits: f.waits}
		}
		f.leave(0, nil)
		f.say(0, func(t *core.Transfer) { t.State, t.Error = core.StateUnknown, unheard })
		f.say(1, stored)
	}
	e := call(t, 2, unattended, false, happens)
	for _, line := range []string{
		" to ask again whether the server has stored 2 files: connection lost\n",
		"waiting for /scans to be usable again: too many open files\n",
		"waiting for /mnt to be back: folder away\n",
		": upload: It was not heard; the next run asks the server again\n",
	} {
		if !strings.Contains(e.errs, line) {
			t.Errorf("%q is not in %q", line, e.errs)
		}
	}
	e = call(t, 2, unattended, true, happens)
	if asks := `"until":"2000-01-01T00:01:00Z","reason":"connection lost","unknown":2,`; !strings.Contains(e.out, asks) {
		t.Errorf("%s is not in %s", asks, e.out)
	}
}

// If the queue can't be saved because the disk is full, the call waits and reports it once.
// Uploads can't end meanwhile; the call gives up all the same, and doesn't say that such a
// file was not sent.
func TestUnsavedIsWaitedFor(t *testing.T) {
	full := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "save queue", Message: "The disk is full."}
	fails := func(f *scripted) {
		for range 3 {
			f.updates <- core.Update{Halt: full}
			<-time.After(time.Second)
		}
	}
	for _, tt := range []struct {
		name    string
		p       Persistence
		happens func(*scripted)
		ends    end
		took    time.Duration
		errs    []string
	}{
		{"there is room again", unattended, func(f *scripted) { f.say(0, sending(10)); fails(f); f.say(0, stored) }, allStored, 3 * time.Second, nil},
		{"under way", Persistence{Limit: time.Second, Given: true}, func(f *scripted) { f.say(0, sending(10)); fails(f) }, incomplete, unsavedLeast,
			[]string{"unknown    ", "; the next run asks the server again\n", "gave up: nothing went forward for 2m0s: save queue: The disk is full.\n"}},
		{"not begun", unattended, fails, incomplete, time.Hour, []string{"not sent   "}},
		{"no patience", Persistence{Given: true}, fails, incomplete, 0, []string{"not sent   "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := call(t, 1, tt.p, false, tt.happens)
			if e.ends != tt.ends || e.took.Round(time.Second) != tt.took {
				t.Errorf("%s after %v, want %s after %v", e.ends, e.took, tt.ends, tt.took)
			}
			if n := strings.Count(e.errs, "waiting until the queue can be saved"); n != 1 && tt.took > 0 {
				t.Errorf("told %d times: %s", n, e.errs)
			}
			for _, line := range tt.errs {
				if !strings.Contains(e.errs, line) {
					t.Errorf("%q is not in %q", line, e.errs)
				}
			}
		})
	}
}

// A file that waits for longer than its server is left alone is reported: otherwise there
// would be no report until it continues.
func TestLongerWaitIsTold(t *testing.T) {
	e := call(t, 1, unattended, true, func(f *scripted) {
		f.say(0, sending(10))
		f.waits = []core.Wait{{Profile: "Prod", Since: time.Now(), Until: time.Now().Add(time.Second), Reason: refused}}
		f.say(0, waitingFor(20*time.Second, cutOff))
		<-time.After(20 * time.Second)
		f.leave(0, nil)
		f.say(0, stored)
	})
	if n := strings.Count(e.out, `{"event":"waiting"`); e.ends != allStored || n != 1 || !strings.Contains(e.out, `"until":"2000-01-01T00:00:20Z"`) {
		t.Errorf("%s, %s", e.ends, e.out)
	}
}
