package transport

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// StallTimeout is how long an attempt may go on without a byte moving.
	// HTTP/2's own timers don't notice a server that answers pings but takes no
	// data.
	StallTimeout = 120 * time.Second
	// answerTimeout is how long a server may take to check what it has received.
	answerTimeout = 300 * time.Second
)

// The reasons for which a Watchdog ends an attempt.
var (
	ErrStalled  = errors.New("no data could be sent for " + StallTimeout.String())
	ErrNoAnswer = errors.New("no answer within " + answerTimeout.String() + " of the last byte")
)

// Watchdog ends an attempt that makes no progress. It begins with the first Touch, so
// that waiting for a connection, which has limits of its own, is not counted.
type Watchdog struct {
	cancel context.CancelCauseFunc

	mu     sync.Mutex
	timer  *time.Timer // nil before the first touch and after stop
	reason error
	ended  bool
}

// NewWatchdog returns a watchdog that ends an attempt by calling cancel.
func NewWatchdog(cancel context.CancelCauseFunc) *Watchdog { return &Watchdog{cancel: cancel} }

// Touch says that bytes are moving.
func (w *Watchdog) Touch() { w.set(StallTimeout, ErrStalled) }

// Await says that the last byte was sent and the answer is awaited.
func (w *Watchdog) Await() { w.set(answerTimeout, ErrNoAnswer) }

func (w *Watchdog) set(d time.Duration, reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.reason = reason
	if w.timer == nil {
		w.timer = time.AfterFunc(d, w.bark)
		return
	}
	w.timer.Reset(d)
}

// Rest says that this program itself waits, which is no stall.
func (w *Watchdog) Rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// Stop ends the watch.
func (w *Watchdog) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *Watchdog) bark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.cancel(w.reason)
	}
}
