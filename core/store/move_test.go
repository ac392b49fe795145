package store

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// TestEveryChange: every change of a transfer under way is kept, of fields that change often and of
// those that hardly ever do.
func TestEveryChange(t *testing.T) {
	s := openTest(t)
	x := fullTransfer()
	x.State = core.StateSending
	commit(t, s, core.Batch{Put: []core.Transfer{x}})
	for name, change := range map[string]func(){
		"state": func() { x.State = core.StateWaiting }, "seq": func() { x.Seq-- }, "profile": func() { x.Options.Profile += "2" },
		"server": func() { x.Server += "/" }, "path": func() { x.Source.Path += "2" }, "name": func() { x.Source.Name += "2" },
		"size": func() { x.Source.Size++ }, "time": func() { x.Source.ModTime = x.Source.ModTime.Add(1) },
		"second": func() { x.Source.ModTime = x.Source.ModTime.Add(time.Second) }, "file": func() { x.Source.FileID = "" },
		"retention": func() { x.Options.Retention = core.RetentionPermanent }, "days": func() { x.Options.TTLDays++ },
		"description": func() { x.Options.Description = "" }, "tags": func() { x.Options.Tags = nil },
		"metadata": func() { x.Options.Metadata = json.RawMessage(`{"a":1}`) }, "attempts": func() { x.Attempts++ },
		"not before": func() { x.NotBefore = time.Time{} }, "error": func() { x.Error = &core.Error{Code: core.CodeStalled, Err: errors.New("x")} },
		"receipt": func() { x.Receipt = nil }, "queued": func() { x.QueuedAt = x.QueuedAt.Add(1) }, "started": func() { x.StartedAt = x.StartedAt.Add(1) },
		"finished": func() { x.FinishedAt = time.Time{} }, "resume": func() { x.Resume = "" },
		"drop": func() { x.Drop = &core.Drop{ID: 7, Name: x.Drop.Name} }, "drop's name": func() { x.Drop = &core.Drop{ID: 7, Name: "other"} },
	} {
		change()
		commit(t, s, core.Batch{Put: []core.Transfer{x}})
		got, err := s.Unfinished(t.Context())
		must(t, err)
		if len(got) != 1 {
			t.Fatalf("%s: %d transfers", name, len(got))
		}
		diff(t, x, got[0], sameCause)
	}
	x.State, x.Source.Path = core.StateStored, "/elsewhere"
	commit(t, s, core.Batch{Put: []core.Transfer{x}})
	got, err := s.History(t.Context(), core.HistoryQuery{Text: "elsewhere"})
	must(t, err)
	diff(t, []core.Transfer{x}, got, sameCause)
	whole(t, s)
}

// TestFixedHash: the hash differs if any column does, even if the columns together are the same text.
func TestFixedHash(t *testing.T) {
	hash := func(change func(*core.Transfer)) int64 {
		x := fullTransfer()
		change(&x)
		row, err := values(x)
		must(t, err)
		return sumsOf(row).fixed
	}
	same := hash(func(*core.Transfer) {})
	if got := hash(func(x *core.Transfer) { x.State, x.Attempts, x.Error, x.Resume = core.StateSent, 99, nil, "" }); got != same {
		t.Error("a column that changes is in the hash")
	}
	seen := map[int64]bool{same: true}
	for _, change := range []func(*core.Transfer){
		func(x *core.Transfer) {
			x.Source.Path, x.Source.Name = x.Source.Path+x.Source.Name[:1], x.Source.Name[1:]
		},
		func(x *core.Transfer) { x.Options.Tags, x.Options.Metadata = nil, nil },
		func(x *core.Transfer) { x.Options.Tags = nil },
		func(x *core.Transfer) { x.Options.Metadata = nil },
		func(x *core.Transfer) { x.Seq = -x.Seq },
	} {
		if h := hash(change); seen[h] || h <= 0 {
			t.Errorf("hash %d occurs twice", h)
		} else {
			seen[h] = true
		}
	}
}

// TestFinalAttempt: the attempt that stored a file needs no row of its own, and is returned with the
// others.
func TestFinalAttempt(t *testing.T) {
	s := openTest(t)
	failed := core.Attempt{Transfer: "a", Number: 1, Start: epoch, End: epoch.Add(1), Status: 503, Code: core.CodeServerBusy, Outcome: core.OutcomeAnswered, Detail: "busy"}
	running := core.Attempt{Transfer: "a", Number: 2, Start: epoch.Add(2)}
	final := core.Attempt{Transfer: "a", Number: 2, Start: epoch.Add(2), End: epoch.Add(3), Sent: 4097, Status: 201}
	x := done(queued("a", 1))
	x.Attempts = 2
	commit(t, s, core.Batch{Put: []core.Transfer{queued("a", 1)}, Attempts: []core.Attempt{failed, running}})
	commit(t, s, core.Batch{Put: []core.Transfer{x}, Attempts: []core.Attempt{final}})
	want := func(attempts ...core.Attempt) {
		t.Helper()
		got, err := s.Attempts(t.Context(), "a")
		must(t, err)
		diff(t, attempts, got)
	}
	want(failed, final)
	s = reopen(t, s)
	want(failed, final)

	// The same for a transfer that is new to the store.
	y := done(queued("b", 2))
	commit(t, s, core.Batch{Put: []core.Transfer{y}, Attempts: []core.Attempt{{Transfer: "b", Number: 1, Start: epoch, End: epoch, Status: 200}}})
	var rows int
	must(t, s.writer.QueryRowContext(t.Context(), "SELECT count(*) FROM attempts WHERE transfer = 'b'").Scan(&rows))
	if got, err := s.Attempts(t.Context(), "b"); err != nil || len(got) != 1 || got[0].Status != 200 || rows != 0 {
		t.Errorf("%d rows, %v, %v", rows, got, err)
	}

	// Like any other attempt it can be replaced by its number.
	final.Status = 200
	commit(t, s, core.Batch{Attempts: []core.Attempt{final}})
	want(failed, final)
	whole(t, s)
}
