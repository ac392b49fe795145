package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testProfile = "Test"
	testServer  = "https://ingester.example:8020"
	testAccount = "sa_test"
	elsewhere   = "https://elsewhere.example"
)

// fixture is a running engine.
type fixture struct {
	*Engine
	t      testing.TB
	server *server
	log    *coretest.Log
	cancel context.CancelFunc
	result chan error
	closed bool

	patience time.Duration // how long await waits
}

// begin runs an engine. It ends with the test, or with stop.
func begin(t testing.TB, s *server, st Store, change ...func(*Config)) *fixture {
	t.Helper()
	f := prepare(t, s, st, change...)
	f.run(t)
	return f
}

func prepare(t testing.TB, s *server, st Store, change ...func(*Config)) *fixture {
	f := &fixture{t: t, server: s, log: &coretest.Log{}, result: make(chan error, 1), patience: time.Minute}
	cfg := Config{
		Store: st, Uploaders: s, Rand: func() float64 { return 0.5 },
		Reach: func(core.Source) (string, error) { return "", nil }, // the tests' files don't exist
		Log:   slog.New(slog.NewTextHandler(f.log, nil)),
	}
	for _, c := range change {
		c(&cfg)
	}
	f.Engine = New(cfg)
	return f
}

func (f *fixture) run(t testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	go func() { f.result <- f.Run(ctx) }()
	<-f.Ready()
	t.Cleanup(func() { _ = f.stop() })
}

// stop ends the engine and returns what Run returned.
func (f *fixture) stop() error {
	f.t.Helper()
	if f.closed {
		return nil
	}
	f.closed = true
	f.cancel()
	err := <-f.result
	if log := f.log.String(); bytes.Contains([]byte(log), []byte("illegal")) {
		f.t.Errorf("illegal change of state:\n%s", log)
	}
	return err
}

// source is a file that only the tests' server knows.
func source(name string, size int64) core.Source {
	at := time.Unix(1_700_000_000, 0).UTC()
	return core.Source{Path: "/files/" + name, Name: name, Size: size, ModTime: at, FileID: "1:" + name, Changed: at}
}

func sources(n int, size int64) []core.Source {
	list := make([]core.Source, n)
	for i := range list {
		list[i] = source(fmt.Sprintf("file-%06d.tif", i), size)
	}
	return list
}

func options() core.Options {
	return core.Options{Profile: testProfile, Retention: core.RetentionTemporary, TTLDays: 30}
}

// submit queues files and returns their IDs.
func (f *fixture) submit(list ...core.Source) []core.TransferID {
	f.t.Helper()
	s, err := f.Submit(context.Background(), list, options())
	if err != nil {
		f.t.Fatalf("Submit: %v", err)
	}
	return s.Queued
}

// get returns a transfer as it is shown.
func (f *fixture) get(id core.TransferID) core.Transfer {
	t, _ := f.lookup(id)
	return t
}

// await reads a feed until ok accepts what is shown.
func (f *fixture) await(what string, ok func(map[core.TransferID]core.Transfer, core.Update) bool) {
	f.t.Helper()
	snapshot, feed := f.Subscribe()
	defer feed.Close()
	shown := map[core.TransferID]core.Transfer{}
	for _, t := range snapshot.Transfers {
		shown[t.ID] = t
	}
	u := core.Update{Paused: snapshot.Paused, Halt: snapshot.Halt, Waits: snapshot.Waits}
	ctx, cancel := context.WithTimeout(context.Background(), f.patience)
	defer cancel()
	for !ok(shown, u) {
		var err error
		if u, err = feed.Next(ctx); err != nil {
			f.t.Fatalf("waiting for %s: %v; %v\n%s", what, err, states(shown), f.log)
		}
		for _, t := range u.Changed {
			shown[t.ID] = t
		}
		for _, id := range u.Removed {
			delete(shown, id)
		}
	}
}

func states(shown map[core.TransferID]core.Transfer) map[core.State]int {
	counts := map[core.State]int{}
	for _, t := range shown {
		counts[t.State]++
	}
	return counts
}

// awaitState waits until all of ids are in a state.
func (f *fixture) awaitState(want core.State, ids ...core.TransferID) {
	f.t.Helper()
	f.await(string(want), func(shown map[core.TransferID]core.Transfer, _ core.Update) bool {
		return !slices.ContainsFunc(ids, func(id core.TransferID) bool { return shown[id].State != want })
	})
}

// awaitHalt waits until the queue stands still for a reason, "" for none.
func (f *fixture) awaitHalt(want core.Code) {
	f.t.Helper()
	f.await("halt "+string(want), func(_ map[core.TransferID]core.Transfer, u core.Update) bool {
		if u.Halt == nil {
			return want == ""
		}
		return u.Halt.Code == want
	})
}

// openStore opens the real store.
func openStore(t testing.TB, path string) *store.Store {
	t.Helper()
	if path == "" {
		path = filepath.Join(t.TempDir(), "queue.db")
	}
	s, err := store.Open(context.Background(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// must ends a test whose setup fails.
func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}
