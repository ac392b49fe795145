package engine

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testProfile = "Test"
	testServer  = "https://ingester.example:8020"
)

// server stands for an ArtStore server and the uploader that talks to it. It
// remembers what it has stored by key: the oracle of the tests.
type server struct {
	mu       sync.Mutex
	honours  bool  // refuses duplicates by key
	asks     int   // for that
	askErr   error // what asking ends in
	url      string
	streams  int
	profiles map[string]error // what looking a profile up ends in
	commits  map[core.TransferID]int
	uploads  map[core.TransferID]int
	sources  map[core.TransferID]core.Source // as last sent
	active   int
	most     int // attempts at once

	// script decides what happens to an attempt; nil: it is stored.
	script func(ctx context.Context, s *server, t core.Transfer, n int, p core.Progress) (bool, error)
}

func newServer() *server {
	return &server{
		honours: true, url: testServer, profiles: map[string]error{}, commits: map[core.TransferID]int{},
		uploads: map[core.TransferID]int{}, sources: map[core.TransferID]core.Source{},
	}
}

func (s *server) with(f func(*server)) *server {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
	return s
}

// Endpoint implements Uploaders.
func (s *server) Endpoint(_ context.Context, profile string) (Endpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Endpoint{Server: s.url, Streams: s.streams}, s.profiles[profile]
}

// Uploader implements Uploaders.
func (s *server) Uploader(context.Context, string) (Uploader, error) { return s, nil }

// HonoursKey implements Uploader.
func (s *server) HonoursKey(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	return s.honours, s.askErr
}

// Upload implements Uploader.
func (s *server) Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error) {
	s.mu.Lock()
	s.uploads[t.ID]++
	n, script := s.uploads[t.ID], s.script
	s.sources[t.ID] = t.Source
	s.active++
	s.most = max(s.most, s.active)
	s.mu.Unlock()
	defer s.with(func(s *server) { s.active-- })
	p.Sent(0)
	if script == nil {
		script = whole
	}
	store, err := script(ctx, s, t, n, p)
	if store {
		s.commit(t.ID)
	}
	if err != nil {
		return core.Receipt{}, err
	}
	return receipt(t), nil
}

// whole is an upload that nothing disturbs.
func whole(ctx context.Context, _ *server, t core.Transfer, _ int, p core.Progress) (bool, error) {
	p.Sent(t.Source.Size)
	if t.Source.Size > core.FinishThreshold {
		if err := p.Finishing(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

func receipt(t core.Transfer) core.Receipt {
	return core.Receipt{FileID: "file-" + string(t.ID), Name: t.Source.Name, Size: t.Source.Size}
}

func (s *server) commit(id core.TransferID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commits[id] == 0 || !s.honours {
		s.commits[id]++
	}
}

func (s *server) committed(id core.TransferID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits[id]
}

func (s *server) attempts(id core.TransferID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uploads[id]
}

// total is how many uploads began.
func (s *server) total() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.uploads {
		n += k
	}
	return n
}

// memory is a Store that remembers every version that was durable.
type memory struct {
	mu       sync.Mutex
	rows     map[core.TransferID]core.Transfer
	unlisted map[core.TransferID]bool
	attempts map[core.TransferID]map[int]core.Attempt
	versions map[core.TransferID][]core.Transfer
	batches  int
	refuse   func(core.Batch) error
}

func newMemory() *memory {
	return &memory{
		rows: map[core.TransferID]core.Transfer{}, unlisted: map[core.TransferID]bool{},
		attempts: map[core.TransferID]map[int]core.Attempt{}, versions: map[core.TransferID][]core.Transfer{},
	}
}

// Unfinished implements Store.
func (m *memory) Unfinished(context.Context) ([]core.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []core.Transfer
	for id, t := range m.rows {
		if t.State != core.StateStored && !m.unlisted[id] {
			list = append(list, t)
		}
	}
	inOrder(list)
	return list, nil
}

// Commit implements Store.
func (m *memory) Commit(_ context.Context, b core.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		if err := m.refuse(b); err != nil {
			return err
		}
	}
	m.batches++
	for _, t := range b.Put {
		t.Sent = 0
		m.rows[t.ID] = t
		m.versions[t.ID] = append(m.versions[t.ID], t)
	}
	for _, a := range b.Attempts {
		if m.attempts[a.Transfer] == nil {
			m.attempts[a.Transfer] = map[int]core.Attempt{}
		}
		m.attempts[a.Transfer][a.Number] = a
	}
	for _, id := range b.Remove {
		if m.rows[id].State == core.StateStored {
			m.unlisted[id] = true
		} else {
			delete(m.rows, id)
		}
	}
	return nil
}

// Known implements Store.
func (m *memory) Known(_ context.Context, profile, server string, sources []core.Source) ([]core.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var known []core.Transfer
	for _, t := range m.rows {
		same := func(s core.Source) bool { return fileOf(s) == fileOf(t.Source) }
		if t.Options.Profile == profile && t.Server == server && t.State != core.StateCancelled && slices.ContainsFunc(sources, same) {
			known = append(known, t)
		}
	}
	slices.SortFunc(known, func(a, b core.Transfer) int { return b.QueuedAt.Compare(a.QueuedAt) })
	return known, nil
}

func (m *memory) with(f func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}

// rowsOf returns the attempts of a transfer in order.
func (m *memory) rowsOf(id core.TransferID) []core.Attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []core.Attempt
	for _, n := range slices.Sorted(maps.Keys(m.attempts[id])) {
		list = append(list, m.attempts[id][n])
	}
	return list
}

// full is what a full disk says.
func full(core.Batch) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "save queue", Message: "The disk is full."}
}

// fixture is a running engine.
type fixture struct {
	*Engine
	t      testing.TB
	server *server
	log    *safeBuffer
	cancel context.CancelFunc
	result chan error
	closed bool

	patience time.Duration // of await
}

// begin runs an engine. It ends with the test, or with stop.
func begin(t testing.TB, s *server, st Store, change ...func(*Config)) *fixture {
	t.Helper()
	f := prepare(t, s, st, change...)
	f.run(t)
	return f
}

func prepare(t testing.TB, s *server, st Store, change ...func(*Config)) *fixture {
	f := &fixture{t: t, server: s, log: &safeBuffer{}, result: make(chan error, 1), patience: time.Minute}
	cfg := Config{
		Store: st, Uploaders: s, Rand: func() float64 { return 0.5 },
		Log: slog.New(slog.NewTextHandler(f.log, nil)),
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
	return core.Source{Path: "/files/" + name, Name: name, Size: size, ModTime: time.Unix(1_700_000_000, 0).UTC()}
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
	ids := make([]core.TransferID, 0, len(s.Queued))
	for _, t := range s.Queued {
		ids = append(ids, t.ID)
	}
	return ids
}

// get returns what is shown of a transfer.
func (f *fixture) get(id core.TransferID) core.Transfer {
	t, _ := f.lookup(id)
	return t
}

// await reads a feed until every transfer is as wanted.
func (f *fixture) await(what string, ok func(map[core.TransferID]core.Transfer, core.Update) bool) {
	f.t.Helper()
	snapshot, feed := f.Subscribe()
	defer feed.Close()
	shown := map[core.TransferID]core.Transfer{}
	for _, t := range snapshot.Transfers {
		shown[t.ID] = t
	}
	u := core.Update{Paused: snapshot.Paused, Halt: snapshot.Halt}
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

// safeBuffer is a bytes.Buffer for many writers.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
