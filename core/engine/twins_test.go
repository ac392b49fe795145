package engine

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// lister is a server that doesn't refuse duplicates and lists what it has stored.
// The test decides which answers get lost.
type lister struct {
	*server
	files []core.Receipt
	since []time.Time // the Since of each question
}

// newLister returns a server whose script says of each attempt whether the file
// is stored, and whether the answer arrives.
func newLister(script func(t core.Transfer) (stored, heard bool)) *lister {
	l := &lister{server: newServer()}
	l.honours = false
	l.script = func(_ context.Context, s *server, t core.Transfer, _ int, _ core.Progress) (bool, error) {
		stored, heard := script(t)
		if stored {
			file := receipt(t)
			file.Retention = t.Options.Retention
			s.with(func(*server) { l.files = append(l.files, file) })
		}
		if !heard {
			return stored, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
		}
		return stored, nil
	}
	return l
}

func (l *lister) Uploader(context.Context, Route, core.Destination) (Uploader, error) { return l, nil }

// Find lists every file of the size of t: they all look the same.
func (l *lister) Find(_ context.Context, questions []core.Question) (core.Listing, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	listing := core.Listing{Asked: true, Found: make([][]core.Receipt, len(questions))}
	for i, q := range questions {
		l.since = append(l.since, q.Since)
		for _, r := range l.files {
			if r.Size == q.Transfer.Source.Size {
				if r.Retention != "" {
					r.Differs = q.Transfer.Options.Differences(core.Options{Retention: r.Retention})
				}
				listing.Found[i] = append(listing.Found[i], r)
			}
		}
	}
	return listing, nil
}

// questions returns how often it was asked about a transfer.
func (l *lister) questions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.since)
}

func beginLister(t *testing.T, l *lister, st Store) *fixture {
	return begin(t, l.server, st, func(c *Config) { c.Uploaders, c.Policy.Rounds = l, 1 }) // without the breaker
}

// fileIDs counts the transfers that are shown as stored and as unknown, and checks
// that no file of the server belongs to two.
func fileIDs(t *testing.T, f *fixture, ids []core.TransferID) (stored, unknown int) {
	t.Helper()
	owners := map[string]core.TransferID{}
	for _, id := range ids {
		x := f.get(id)
		switch {
		case x.State == core.StateUnknown:
			unknown++
		case x.State != core.StateStored:
			t.Errorf("%s is %s", id, x.State)
		case owners[x.Receipt.FileID] != "":
			t.Errorf("%s and %s are both file %s", id, owners[x.Receipt.FileID], x.Receipt.FileID)
		default:
			stored++
			owners[x.Receipt.FileID] = id
		}
	}
	return stored, unknown
}

// The answers for files with the same bytes and name are lost: as many are shown
// as stored as the server has, each as a file of its own; the others are unknown.
func TestTwins(t *testing.T) {
	for name, lost := range map[string]int{"all there": 0, "one lost": 1, "all but one lost": 19, "none there": 20} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 20
				var begun atomic.Int64
				l := newLister(func(core.Transfer) (bool, bool) { return begun.Add(1) > int64(lost), false })
				f := beginLister(t, l, newMemory())
				f.patience = time.Hour
				ids := f.submit(sources(n, 10)...)
				f.await("the end", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
					return states(shown)[core.StateStored]+states(shown)[core.StateUnknown] == n
				})
				if stored, unknown := fileIDs(t, f, ids); stored != n-lost || unknown != lost {
					t.Errorf("%d stored, %d unknown; the server lost %d of %d", stored, unknown, lost, n)
				}
				_ = f.stop()
			})
		})
	}
}

// A file that is listed while the attempt that stores it is still under way belongs
// to that attempt.
func TestTwinUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLister(nil)
		l.script = func(_ context.Context, s *server, x core.Transfer, _ int, _ core.Progress) (bool, error) {
			if x.Source.Name == "lost" {
				<-time.After(time.Second) // until the other's file is listed
				return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
			}
			s.with(func(*server) { l.files = append(l.files, receipt(x)) })
			<-time.After(time.Minute) // its answer is on the way
			return true, nil
		}
		f := beginLister(t, l, newMemory())
		f.patience = time.Hour
		ids := f.submit(source("lost", 10), source("slow", 10))
		f.awaitState(core.StateStored, ids[1])
		f.awaitState(core.StateUnknown, ids[0])
		if stored, unknown := fileIDs(t, f, ids); stored != 1 || unknown != 1 {
			t.Errorf("%d stored, %d unknown", stored, unknown)
		}
		_ = f.stop()
	})
}

// slowly is a store that is slow to save what was stored.
type slowly struct{ *memory }

func (s slowly) Commit(ctx context.Context, b core.Batch) error {
	if slices.ContainsFunc(b.Put, func(x core.Transfer) bool { return x.State == core.StateStored }) {
		<-time.After(time.Minute)
	}
	return s.memory.Commit(ctx, b)
}

// An answer counts even before it is durable.
func TestTwinNotDurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLister(func(x core.Transfer) (bool, bool) {
			if x.Source.Name == "lost" {
				<-time.After(time.Second)
			}
			return x.Source.Name == "heard", x.Source.Name == "heard"
		})
		f := beginLister(t, l, slowly{newMemory()})
		f.patience = time.Hour
		ids := f.submit(source("lost", 10), source("heard", 10))
		f.awaitState(core.StateStored, ids[1])
		f.awaitState(core.StateUnknown, ids[0])
		_ = f.stop()
	})
}

// forgetful is a store that can't say to which transfer a file belongs.
type forgetful struct{ *memory }

func (forgetful) Claimed(context.Context, string, string) (core.TransferID, bool, error) {
	return "", false, full(core.Batch{})
}

// If the history can't be read, nothing is proved stored.
func TestClaimsUnknown(t *testing.T) {
	l := newLister(func(core.Transfer) (bool, bool) { return true, false })
	f := beginLister(t, l, forgetful{newMemory()})
	f.awaitState(core.StateUnknown, f.submit(source("a", 10))...)
}

// A server's address may be written in several ways, and the same file ID on
// another server is another file.
func TestClaimsByServer(t *testing.T) {
	c := newClaims()
	at := func(server string) core.Transfer { return core.Transfer{Server: server, Source: source("a", 10)} }
	file := func(server string) fileAt { return fileAt{core.ServerOf(server), "7"} }
	first := &item{}
	end := c.begin(&run{it: first, t: at("https://host.example")})
	for server, same := range map[string]bool{"https://HOST.example:443/": true, "https://other.example": false} {
		if n := len(c.twins(&item{}, at(server))); n == 1 != same {
			t.Errorf("%s: %d twins", server, n)
		}
	}
	end("7")
	for server, same := range map[string]bool{"https://HOST.example:443/": true, "https://other.example": false} {
		if c.claim(&item{}, file(server)) == same {
			t.Errorf("%s: claimed %v", server, !same)
		}
	}
	c.release(first)
	if !c.claim(&item{}, file("https://host.example")) {
		t.Error("what was given back can't be claimed")
	}
}

// The span begins with the first attempt of unknown outcome, or, if none is
// recorded, when the file was queued.
func TestSpan(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	attempt := func(n, at int, o core.Outcome) core.Attempt {
		return core.Attempt{Transfer: "a", Number: n, Start: day(at), End: day(at).Add(time.Hour), Outcome: o}
	}
	unknown, cut := core.OutcomeUnknown, core.OutcomeCutOff
	for name, tt := range map[string]struct {
		attempts []core.Attempt
		since    time.Time
		ended    time.Time
	}{
		"none":           {nil, day(1), day(1)},
		"cut off before": {[]core.Attempt{attempt(1, 2, cut), attempt(2, 9, unknown)}, day(9), day(9).Add(time.Hour)},
		"one before":     {[]core.Attempt{attempt(1, 2, cut), attempt(2, 3, unknown), attempt(3, 4, cut)}, day(3), day(3).Add(time.Hour)},
		"two before":     {[]core.Attempt{attempt(1, 3, unknown), attempt(2, 5, unknown)}, day(3), day(5).Add(time.Hour)},
		"no time":        {[]core.Attempt{{Transfer: "a", Number: 1, Outcome: unknown}}, day(1), day(1)},
	} {
		st := newMemory()
		if err := st.Commit(context.Background(), core.Batch{Attempts: tt.attempts}); err != nil {
			t.Fatal(err)
		}
		e := New(Config{Store: st})
		since, ended, err := e.span(context.Background(), core.Transfer{ID: "a", QueuedAt: day(1)})
		if err != nil || !since.Equal(tt.since) || !ended.Equal(tt.ended) {
			t.Errorf("%s: %v to %v, %v, want %v to %v", name, since, ended, err, tt.since, tt.ended)
		}
	}
}

// A file that belongs to a transfer of another profile, or of another address of
// the same server, stays claimed, even when that transfer is no longer listed and
// after a restart.
func TestClaimsOfTheHistory(t *testing.T) {
	st := openStore(t, "")
	l := newLister(func(x core.Transfer) (bool, bool) { return x.Source.Name == "first", x.Source.Name == "first" })
	f := beginLister(t, l, st)
	o := options()
	o.Profile = "Another"
	s, err := f.Submit(context.Background(), []core.Source{source("first", 10)}, o)
	if err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, s.Queued...)
	if err := f.Remove(context.Background(), s.Queued...); err != nil {
		t.Fatal(err)
	}
	_ = f.stop()
	l.url += "/"
	f = beginLister(t, l, st)
	ids := f.submit(source("second", 10))
	f.awaitState(core.StateUnknown, ids...)
}

// While a transfer can't be saved its claim keeps other transfers from taking the
// file; afterwards no claim is left.
func TestClaimsOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newMemory()
		l := newLister(func(core.Transfer) (bool, bool) { return true, false })
		f := beginLister(t, l, st)
		f.patience = time.Hour
		st.with(func(m *memory) {
			m.refuse = func(b core.Batch) error {
				for _, x := range b.Put {
					if x.State == core.StateStored {
						return full(b)
					}
				}
				return nil
			}
		})
		ids := f.submit(sources(3, 10)...)
		<-time.After(time.Minute)
		st.with(func(m *memory) { m.refuse = nil })
		f.awaitState(core.StateStored, ids...)
		if stored, _ := fileIDs(t, f, ids); stored != 3 {
			t.Errorf("%d stored", stored)
		}
		if n := len(f.claims.owners) + len(f.claims.sending); n != 0 {
			t.Errorf("%d claims are left", n)
		}
		_ = f.stop()
	})
}

// The server is asked about files since the first attempt of unknown outcome began,
// even after a restart and however many attempts there were.
func TestFindSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := openStore(t, "")
		heard := false
		l := newLister(func(core.Transfer) (bool, bool) { return false, heard })
		l.askErr = failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		f := beginLister(t, l, st)
		f.patience = 2 * time.Hour
		if err := f.PauseAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		id := f.submit(source("a", 10))[0]
		<-time.After(time.Hour)
		begun := time.Now().UTC()
		if err := f.ResumeAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.await("some questions", func(map[core.TransferID]core.Transfer, core.Update) bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return l.asks == 3
		})
		_ = f.stop()
		<-time.After(time.Hour)
		l.with(func(s *server) { s.askErr = nil })
		f = beginLister(t, l, st)
		f.awaitState(core.StateUnknown, id)
		if len(l.since) != 1 || l.since[0].Sub(begun).Abs() > time.Second {
			t.Errorf("asked since %v, want %v", l.since, begun)
		}
		_ = f.stop()
	})
}

// Stored transfers are compared with the options of this call, and one that has
// them is preferred.
func TestStoredOtherwise(t *testing.T) {
	st, s := newMemory(), newServer()
	f := begin(t, s, st)
	src := source("a", 10)
	month := options()
	f.awaitState(core.StateStored, f.submit(src)...)
	permanent := month
	permanent.Retention, permanent.TTLDays = core.RetentionPermanent, 0
	submit := func(o core.Options) core.Submission {
		t.Helper()
		got, err := f.Submit(context.Background(), []core.Source{src}, o)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	got := submit(permanent)
	if len(got.Stored) != 1 || len(got.Stored[0].DiffersFrom(got.Asked)) != 1 || len(got.Queued) != 0 {
		t.Errorf("%+v", got)
	}
	permanent.Again = true
	got = submit(permanent)
	f.awaitState(core.StateStored, got.Queued...)
	permanent.Again = false
	for _, o := range []core.Options{permanent, month} {
		if got := submit(o); len(got.Stored) != 1 || len(got.Stored[0].DiffersFrom(o)) != 0 {
			t.Errorf("%+v", got)
		}
	}
}

// While a list lags, a file stays unknown and is never shown as stored under
// another ID. Once the list has it, asking again finds it without sending anything.
func TestListThatIsLate(t *testing.T) {
	l := newLister(func(core.Transfer) (bool, bool) { return true, false })
	lists := l.script
	var withheld []core.Receipt
	l.script = func(ctx context.Context, s *server, x core.Transfer, n int, p core.Progress) (bool, error) {
		stored, err := lists(ctx, s, x, n, p)
		s.with(func(*server) { withheld, l.files = append(withheld, l.files...), nil })
		return stored, err
	}
	st := newMemory()
	f := beginLister(t, l, st)
	ids := f.submit(sources(3, 10)...)
	f.awaitState(core.StateUnknown, ids...)
	if err := f.Ask(context.Background(), ids...); err != nil {
		t.Fatal(err)
	}
	f.await("the second answer", func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		return states(shown)[core.StateUnknown] == 3 && l.questions() == 6
	})
	_ = f.stop()
	l.with(func(*server) { l.files = withheld })
	f = beginLister(t, l, st)
	if err := f.Ask(context.Background(), ids...); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, ids...)
	if stored, _ := fileIDs(t, f, ids); stored != 3 || l.total() != 3 {
		t.Errorf("%d stored, sent %d times", stored, l.total())
	}
}
