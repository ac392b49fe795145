package engine

import (
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// server stands for an ArtStore server and the uploader that talks to it. It
// records what it has stored, by key: the truth that the tests compare with.
type server struct {
	mu        sync.Mutex
	honours   bool   // refuses duplicates by key
	asks      int    // how often it was asked for that
	looks     int    // how often a profile was looked up
	finds     int    // how often it was asked for its list
	askErr    error  // the error of being asked
	url       string // where profiles lead, like the next field
	account   string
	moves     bool
	arrived   map[core.TransferID][]core.Destination // where uploads went
	spread    map[core.TransferID]bool               // sent to a server after another had it
	keeper    map[core.TransferID]core.Destination   // the destination that had it last
	streams   int
	budget    int64 // 0: none
	roundTrip time.Duration
	profiles  map[string]error // the error of looking a profile up
	commits   map[core.TransferID]int
	uploads   map[core.TransferID]int
	sources   map[core.TransferID]core.Source // as last sent
	active    int
	most      int // attempts at once

	catalog *catalog // its files, nil if the test doesn't check them

	finalise func(fileID string, o core.FinaliseOptions) error // nil: done
	lists    map[string]string                                 // file IDs by name; nil: the server has no list

	gone map[string]bool // folders that are away

	halves    map[string]bool // notes, and whether the server has all of it
	forgotten []string        // notes whose uploads it was asked to delete
	forgetErr error           // the error of that

	reads    bool                       // the files exist and are read
	onOpen   func(core.Transfer)        // called once a file is open
	contents map[core.TransferID]string // what was read

	// script decides what happens to an attempt; nil: it is stored.
	script func(ctx context.Context, s *server, t core.Transfer, n int, p core.Progress) (bool, error)
}

func newServer() *server {
	return &server{
		honours: true, url: testServer, account: testAccount, arrived: map[core.TransferID][]core.Destination{}, spread: map[core.TransferID]bool{}, keeper: map[core.TransferID]core.Destination{}, profiles: map[string]error{}, commits: map[core.TransferID]int{},
		halves: map[string]bool{}, uploads: map[core.TransferID]int{}, sources: map[core.TransferID]core.Source{},
		contents: map[core.TransferID]string{}, gone: map[string]bool{},
	}
}

func (s *server) with(f func(*server)) *server {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s)
	return s
}

// Endpoint implements Uploaders.
func (s *server) Endpoint(_ context.Context, by Route) (Endpoint, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	return s.endpoint(), s.profiles[by.Profile]
}

// looked returns how often a profile was looked up.
func (s *server) looked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.looks
}

func (s *server) endpoint() Endpoint {
	return Endpoint{Destination: core.Destination{Server: s.url, Account: s.account}, Moves: s.moves, Streams: s.streams, Budget: s.limit()}
}

// limit is the budget that the test sets, nil for none.
func (s *server) limit() func(int64) int64 {
	if s.budget == 0 {
		return nil
	}
	return func(int64) int64 { return s.budgetOf() }
}

func (s *server) budgetOf() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.budget
}

// Uploader implements Uploaders.
func (s *server) Uploader(_ context.Context, _ Route, to core.Destination) (Uploader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.endpoint()
	if !now.Leads(to) {
		return nil, failure(core.KindConfig, core.CodeOtherServer, core.OutcomeNotProcessed)
	}
	return &connected{s, now.Destination}, nil
}

// connected is an uploader that sends to the destination that its profile had when
// the uploader was made.
type connected struct {
	*server
	to core.Destination
}

// Upload implements Uploader.
func (c *connected) Upload(ctx context.Context, t core.Transfer, p core.Progress) (core.Receipt, error) {
	c.with(func(s *server) {
		if !slices.Contains(s.arrived[t.ID], c.to) {
			s.arrived[t.ID] = append(s.arrived[t.ID], c.to)
		}
		if last, has := s.keeper[t.ID]; has && last != c.to && s.commits[t.ID] > 0 {
			s.spread[t.ID] = true
		}
	})
	return c.server.Upload(ctx, t, p)
}

// went returns the destinations to which uploads of a transfer began.
func (s *server) went(id core.TransferID) []core.Destination {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrived[id])
}

// RoundTrip implements Uploader.
func (s *server) RoundTrip() time.Duration { return s.roundTrip }

// Find implements Finder.
func (s *server) Find(_ context.Context, questions []core.Question) (core.Listing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finds++
	if s.askErr != nil {
		return core.Listing{}, s.askErr
	}
	if s.catalog != nil {
		return s.catalog.find(questions)
	}
	l := core.Listing{Asked: s.lists != nil, Found: make([][]core.Receipt, len(questions))}
	for i, q := range questions {
		if id, found := s.lists[q.Transfer.Source.Name]; found {
			l.Found[i] = []core.Receipt{{FileID: id, Size: q.Transfer.Source.Size}}
		}
	}
	return l, nil
}

// Finalise implements Finaliser.
func (s *server) Finalise(_ context.Context, fileID string, o core.FinaliseOptions, step func(core.Finalisation)) error {
	if s.finalise != nil {
		return s.finalise(fileID, o)
	}
	step(core.Finalisation{Status: "completed", Percent: 100})
	return nil
}

// HonoursKey implements Uploader.
func (s *server) HonoursKey(context.Context, core.Transfer) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks++
	return s.honours, s.askErr
}

// Terminate implements Uploader.
func (s *server) Terminate(_ context.Context, t core.Transfer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten = append(s.forgotten, t.Resume)
	if s.forgetErr != nil {
		return s.forgetErr
	}
	if s.halves[t.Resume] {
		s.commits[t.ID]--
		s.catalog.drop(t.ID)
	}
	delete(s.halves, t.Resume)
	return nil
}

// half leaves a note of what the server has of a transfer now.
func (s *server) half(ctx context.Context, note string, p core.Progress) error {
	s.with(func(s *server) { s.halves[note] = false })
	return p.Resumable(ctx, note)
}

// complete reports whether the server has all of the upload that a note names.
func (s *server) complete(note string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halves[note]
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
	got := receipt(t)
	if s.reads {
		if err := s.take(ctx, t, &got); err != nil {
			return core.Receipt{}, err
		}
	}
	store, err := script(ctx, s, t, n, p)
	if store {
		s.commit(t)
		s.with(func(s *server) {
			if t.Resume != "" {
				s.halves[t.Resume] = true // from now on the note stands for the whole file
			}
		})
	}
	if err != nil {
		return core.Receipt{}, err
	}
	s.with(func(s *server) {
		if file := s.catalog.newest(t.ID); file != nil {
			got = file.Receipt
		}
	})
	return got, nil
}

// take reads the file as uploaders do: exactly the announced length, and then the
// end.
func (s *server) take(ctx context.Context, t core.Transfer, got *core.Receipt) error {
	file, err := content.Open(t.Source)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if s.onOpen != nil {
		s.onOpen(t)
	}
	data, err := io.ReadAll(file.Section(0, t.Source.Size))
	if err == nil {
		err = file.Unchanged()
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	got.SHA256 = core.NewChecksum(sum[:])
	s.with(func(s *server) { s.contents[t.ID] = string(data) })
	return ctx.Err()
}

// whole is an upload that nothing disturbs.
func whole(ctx context.Context, s *server, t core.Transfer, _ int, p core.Progress) (bool, error) {
	p.Sent(t.Source.Size)
	if s.complete(t.Resume) {
		return false, nil // the server has it already
	}
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

func (s *server) commit(t core.Transfer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.commits[t.ID] == 0 || !s.honours {
		s.commits[t.ID]++
		s.keeper[t.ID] = t.Destination()
		s.catalog.add(t)
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
