// Package engine brings files to their server: it scans what the user named,
// queues it, sends it, tries again, recovers after a crash, and tells everybody
// who listens.
//
// One goroutine, the journal, changes the queue. Whatever wants a change posts
// it there; the journal applies what has gathered, commits it as one batch,
// and only then shows it. So nothing is shown that is not durable, the state
// machine needs no lock, and many small files share one fsync.
package engine

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/retry"
)

// Config is what an engine works with. Store and Uploaders are needed.
type Config struct {
	Store     Store
	Uploaders Uploaders
	Spooler   Spooler          // nil: a file whose length only reading tells is refused
	Observer  Observer         // nil: none
	Policy    retry.Policy     // Rounds 1 for the command line, 0 for the window
	Own       bool             // only what calls submit, or take over by Continue or Adopt, is sent
	Paused    bool             // begins as after PauseAll
	Adopts    bool             // callers of the process that had the queue before are about to come for what is found
	Log       *slog.Logger     // nil: none
	Now       func() time.Time // nil: time.Now
	Rand      func() float64   // uniform in [0, 1), for one caller at a time; nil: math/rand/v2
	Most      int              // attempts at once, of all profiles: as many files and connections as may be open; 0: any number

	// Reach says why a file can't be read, and below which folder nothing can:
	// content.Reach where it is nil.
	Reach func(core.Source) (place string, err error)
}

// Engine is the queue at work. Its methods may be called from any goroutine,
// also before Run: Subscribe answers at once, everything else waits until Run
// has loaded the queue. After Run has ended they return an error.
type Engine struct {
	cfg      Config
	log      *slog.Logger
	observer Observer

	journal journal
	claims  claims
	submits chan struct{} // holds a token while no Submit is under way
	self    *Call         // the process's own
	started atomic.Bool
	ready   chan struct{}   // closed once the queue is loaded
	ended   chan struct{}   // closed once Run has ended
	running context.Context // of Run, once ready is closed

	// mu guards what is shown. Only the journal changes it.
	mu     sync.RWMutex
	items  map[core.TransferID]*item
	paused bool
	halts  []halt
	waits  []waited
	sought time.Time // when what may start was last looked for; the journal's
	feeds  map[*feed]struct{}

	// What follows belongs to the journal's goroutine alone.
	workers   *errgroup.Group
	lanes     map[way]*lane
	numbered  int32     // lanes so far
	loaded    time.Time // when the queue was
	packer    packer
	waiting   dueHeap
	asks      dueHeap            // of unknown outcome: when their servers are asked
	places    map[string]*place  // that are away, or were a moment ago, by path
	folders   map[string]*folder // in which a file could not be read, by path
	lastPlace int32
	lastSeq   int64
	firstSeq  int64 // 1 as long as nothing was moved to the front
	unsorted  bool  // the order has changed
	owed      []*change
	fault     fault
	stopping  bool
	draining  bool // nothing more is to begin
}

// New returns an engine that does nothing until Run is called.
func New(cfg Config) *Engine {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Reach == nil {
		cfg.Reach = content.Reach
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Float64
	}
	e := &Engine{
		cfg: cfg, log: cfg.Log, observer: cfg.Observer, paused: cfg.Paused,
		journal: newJournal(), submits: make(chan struct{}, 1),
		ready: make(chan struct{}), ended: make(chan struct{}),
		items: map[core.TransferID]*item{}, feeds: map[*feed]struct{}{}, claims: newClaims(), lanes: map[way]*lane{},
		places: map[string]*place{}, folders: map[string]*folder{},
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.observer == nil {
		e.observer = unobserved{}
	}
	e.self = e.Call("", "")
	if !cfg.Own {
		e.packer.crew = e.self.alone // of all that is found
	}
	e.submits <- struct{}{}
	return e
}

// Ready is closed once the queue is loaded and verbs take effect.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// now is the wall clock as the store would give it back.
func (e *Engine) now() time.Time { return e.cfg.Now().UTC().Round(0) }

// errStopped is what an engine that has ended, or is ending, says.
func errStopped(op string) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The program is closing."}
}

// cancelled is the error of an operation whose context ended.
func cancelled(op string, err error) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The work was stopped.", Err: err}
}

// unobserved is the Observer where none is wanted.
type unobserved struct{}

func (unobserved) UploadStarted()                                             {}
func (unobserved) UploadFinished(core.Retention, time.Duration, int64, error) {}
func (unobserved) BytesSent(int64)                                            {}
