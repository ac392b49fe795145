// Package engine brings files to their server: it scans what the user named,
// queues the files, sends them, tries again, recovers after a crash, and tells
// its subscribers.
//
// One goroutine, the journal, changes the queue. All others post their changes
// to it; the journal applies those that have gathered, commits them as one
// batch, and only then shows them. So nothing is shown that is not durable, the
// state machine needs no lock, and many small files share one fsync.
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
	Policy    retry.Policy     // how long to keep trying; the zero value: as long as the engine runs
	Own       bool             // only what calls submit, or take over by Continue or Adopt, is sent
	Paused    bool             // begins paused, as after PauseAll
	Adopts    bool             // callers of the process that had the queue before will come for their transfers
	Log       *slog.Logger     // nil: none
	Grace     time.Duration    // how long Undo brings back everything of what Cancel and Remove took
	Now       func() time.Time // nil: time.Now
	Rand      func() float64   // uniform in [0, 1), for one caller at a time; nil: math/rand/v2
	Most      int              // attempts at once, of all profiles; bounded by how many files and connections may be open; 0: any number

	// Reach says why a file can't be read, and which folder is unreachable as a
	// whole. nil: content.Reach.
	Reach func(core.Source) (place string, err error)
}

// Engine works the queue. Its methods may be called from any goroutine, even
// before Run: Subscribe answers at once, all others wait until Run has loaded
// the queue. After Run has ended they return an error.
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
	running context.Context // Run's context, once ready is closed

	// mu guards what is shown. Only the journal changes it.
	mu     sync.RWMutex
	items  map[core.TransferID]*item
	paused bool
	halts  []halt
	waits  []waited
	sought time.Time // when the journal last looked for what may start
	feeds  map[*feed]struct{}

	// What follows belongs to the journal's goroutine alone.
	workers   *errgroup.Group
	lanes     map[laneKey]*lane
	numbered  int32     // lanes made so far
	loaded    time.Time // when the queue was loaded
	packer    packer
	waiting   dueHeap
	asks      dueHeap            // transfers of unknown outcome, by when their servers are asked
	places    map[string]*place  // those that are away, or were a moment ago, by path
	folders   map[string]*folder // those in which a file could not be read, by path
	regrets   map[core.TransferID]*regret
	leaving   []*regret // by when their time is over
	lastPlace int32
	lastSeq   int64
	lastDrop  core.DropID // belongs to Submit
	firstSeq  int64       // 1 until something is moved to the front
	unsorted  bool        // the order has changed since the heaps were sorted
	unsaved   []*change
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
		items: map[core.TransferID]*item{}, feeds: map[*feed]struct{}{}, claims: newClaims(), lanes: map[laneKey]*lane{},
		places: map[string]*place{}, folders: map[string]*folder{}, regrets: map[core.TransferID]*regret{},
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.observer == nil {
		e.observer = unobserved{}
	}
	e.self = e.Call("", "")
	if !cfg.Own {
		e.packer.callers = e.self.alone // all that is found in the queue is the process's own
	}
	e.submits <- struct{}{}
	return e
}

// Ready is closed once the queue is loaded and verbs take effect.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// now is the wall clock, in the form in which the store gives times back.
func (e *Engine) now() time.Time { return e.cfg.Now().UTC().Round(0) }

// errStopped is the error of an engine that has ended or is ending.
func errStopped(op string) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The program is closing."}
}

// cancelled is the error of an operation whose context ended.
func cancelled(op string, err error) error {
	return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: op, Message: "The work was stopped.", Err: err}
}

// unobserved is the Observer of an engine that has none.
type unobserved struct{}

func (unobserved) UploadStarted()                                             {}
func (unobserved) UploadFinished(core.Retention, time.Duration, int64, error) {}
func (unobserved) BytesSent(int64)                                            {}
func (unobserved) FileEnded(core.State)                                       {}
