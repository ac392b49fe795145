package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestSubmitStoresFiles(t *testing.T) {
	st := openStore(t, "")
	f := begin(t, newServer(), st)
	ids := f.submit(sources(300, 4096)...)
	f.awaitState(core.StateStored, ids...)
	for _, id := range ids {
		got := f.get(id)
		if f.server.committed(id) != 1 || got.Receipt == nil || got.Attempts != 1 || got.Sent != 4096 || got.FinishedAt.IsZero() {
			t.Fatalf("%+v, %d commits", got, f.server.committed(id))
		}
	}
	if err := f.stop(); err != nil {
		t.Fatal(err)
	}
	stored, err := st.History(context.Background(), core.HistoryQuery{})
	if err != nil || len(stored) != len(ids) {
		t.Errorf("%d in the history, %v", len(stored), err)
	}
	attempts, err := st.Attempts(context.Background(), ids[0])
	if err != nil || len(attempts) != 1 || attempts[0].Code != "" || attempts[0].Sent != 4096 || attempts[0].Number != 1 {
		t.Errorf("%+v, %v", attempts, err)
	}
}

func TestSubmitKnownFiles(t *testing.T) {
	refused := &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413, Outcome: core.OutcomeAnswered}
	lost := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost, Outcome: core.OutcomeUnknown}
	s := newServer()
	s.honours = false
	s.script = func(_ context.Context, _ *server, t core.Transfer, n int, _ core.Progress) (bool, error) {
		switch {
		case t.Source.Name == "failed" && n == 1:
			return false, refused
		case t.Source.Name == "unknown":
			return true, lost
		}
		return true, nil
	}
	f := begin(t, s, openStore(t, ""))
	ctx := context.Background()
	files := map[string]core.Source{}
	ids := map[string]core.TransferID{}
	for name, state := range map[string]core.State{"stored": core.StateStored, "failed": core.StateFailed, "unknown": core.StateUnknown} {
		files[name] = source(name, 100)
		ids[name] = f.submit(files[name])[0]
		f.awaitState(state, ids[name])
	}
	if err := f.PauseAll(ctx); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"queued", "cancelled"} {
		files[name] = source(name, 100)
		ids[name] = f.submit(files[name])[0]
	}
	if err := f.Cancel(ctx, ids["cancelled"]); err != nil {
		t.Fatal(err)
	}

	all := []core.Source{files["stored"], files["failed"], files["unknown"], files["queued"], files["cancelled"], files["queued"]}
	o := options()
	o.Description = "again"
	got, err := f.Submit(ctx, all, o)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Stored) != 1 || got.Stored[0].ID != ids["stored"] {
		t.Errorf("stored: %+v", got.Stored)
	}
	if len(got.Queued) != 1 || f.get(got.Queued[0]).Source.Name != "cancelled" || got.Queued[0] == ids["cancelled"] {
		t.Errorf("queued: %+v", got.Queued)
	}
	want := map[core.TransferID]core.State{
		ids["failed"]: core.StateQueued, ids["unknown"]: core.StateUnknown, ids["queued"]: core.StateQueued,
	}
	if len(got.Already) != len(want) {
		t.Errorf("already: %+v", got.Already)
	}
	for _, a := range got.Already {
		if want[a.ID] != a.State {
			t.Errorf("%s is %s, want %s", a.Source.Name, a.State, want[a.ID])
		}
		if a.ID == ids["failed"] && (a.Options.Description != "again" || a.Error != nil || !a.FinishedAt.IsZero()) {
			t.Errorf("queued again: %+v", a)
		}
	}
	o.Again = true
	if got, err = f.Submit(ctx, []core.Source{files["stored"]}, o); err != nil || len(got.Queued) != 1 || f.get(got.Queued[0]).Options.Again {
		t.Errorf("%+v, %v", got, err)
	}
}

// A changed file is another file.
func TestSubmitChangedFile(t *testing.T) {
	f := begin(t, newServer(), openStore(t, ""))
	a := source("a", 10)
	f.awaitState(core.StateStored, f.submit(a)...)
	b := a
	b.ModTime = a.ModTime.Add(time.Nanosecond)
	if ids := f.submit(b); len(ids) != 1 {
		t.Error("a file with another time was not queued")
	}
}

func TestSubmitRefuses(t *testing.T) {
	s := newServer()
	s.profiles["Gone"] = &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound}
	f := begin(t, s, newMemory())
	for _, tt := range []struct {
		name   string
		change func(*core.Options)
		code   core.Code
	}{
		{"bad options", func(o *core.Options) { o.TTLDays = 0 }, core.CodeUsage},
		{"no profile", func(o *core.Options) { o.Profile = "Gone" }, core.CodeProfileNotFound},
	} {
		o := options()
		tt.change(&o)
		if _, err := f.Submit(context.Background(), sources(1, 1), o); core.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_ = f.stop()
	if _, err := f.Submit(context.Background(), sources(1, 1), options()); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("after the end: %v", err)
	}
	if err := f.Cancel(context.Background(), "x"); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("after the end: %v", err)
	}
}

// If some can't be saved, the whole submission is refused: fault 48.
func TestSubmitOnFullDisk(t *testing.T) {
	st := newMemory()
	f := begin(t, newServer(), st)
	list := sources(3*chunkSize, 10)
	puts := 0
	st.with(func(m *memory) {
		m.refuse = func(b core.Batch) error {
			if puts += len(b.Put); puts > chunkSize {
				return full(b)
			}
			return nil
		}
	})
	if _, err := f.Submit(context.Background(), list, options()); core.CodeOf(err) != core.CodeStoreFailed {
		t.Fatalf("got %v", err)
	}
	if s, feed := f.Subscribe(); len(s.Transfers) != 0 {
		t.Errorf("%d transfers are shown", len(s.Transfers))
	} else {
		feed.Close()
	}
	st.with(func(m *memory) { m.refuse = nil })
	f.submit(source("one", 1)) // is saved after what Submit took back
	if f.server.total() > 1 {
		t.Error("refused files were sent")
	}
	st.with(func(m *memory) {
		if len(m.rows) != 1 {
			t.Errorf("%d rows are left", len(m.rows))
		}
	})
}

func TestSubmitCancelled(t *testing.T) {
	st := newMemory()
	f := begin(t, newServer(), st)
	ctx, cancel := context.WithCancel(context.Background())
	st.with(func(m *memory) { m.refuse = func(core.Batch) error { cancel(); return nil } })
	_, err := f.Submit(ctx, sources(2*chunkSize, 10), options())
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	f.submit(source("one", 1))
	st.with(func(m *memory) {
		if len(m.rows) != 1 {
			t.Errorf("%d rows are left", len(m.rows))
		}
	})
}

// A window may take files before the queue is loaded.
func TestSubmitBeforeRun(t *testing.T) {
	f := prepare(t, newServer(), newMemory())
	snapshot, feed := f.Subscribe()
	defer feed.Close()
	if len(snapshot.Transfers) != 0 {
		t.Error("there is something before Run")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.Submit(ctx, sources(1, 1), options()); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
	if err := f.PauseAll(ctx); core.CodeOf(err) != core.CodeCancelled {
		t.Errorf("got %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := f.Submit(context.Background(), sources(1, 1), options())
		done <- err
	}()
	f.run(t)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if u, err := feed.Next(context.Background()); err != nil || len(u.Changed) != 1 {
		t.Errorf("%+v, %v", u, err)
	}
}
