package upload

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// stallTimeout is how long no byte may move. HTTP/2's own timers don't
	// see a server that answers pings but takes no data.
	stallTimeout = 120 * time.Second
	// answerTimeout is how long a server may check what it has got.
	answerTimeout = 300 * time.Second
)

var (
	errStalled  = errors.New("no data could be sent for " + stallTimeout.String())
	errNoAnswer = errors.New("no answer within " + answerTimeout.String() + " of the last byte")
)

// watchdog ends an attempt that makes no progress. It sleeps until the first
// touch, so that waiting for a connection, which has limits of its own, is no
// stall.
type watchdog struct {
	cancel context.CancelCauseFunc

	mu     sync.Mutex
	timer  *time.Timer // nil before the first touch and after stop
	reason error
	ended  bool
}

func newWatchdog(cancel context.CancelCauseFunc) *watchdog { return &watchdog{cancel: cancel} }

// touch says that bytes are moving.
func (w *watchdog) touch() { w.set(stallTimeout, errStalled) }

// await says that the last byte is out.
func (w *watchdog) await() { w.set(answerTimeout, errNoAnswer) }

func (w *watchdog) set(d time.Duration, reason error) {
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

// rest says that this program itself waits.
func (w *watchdog) rest() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
}

// stop ends the watch.
func (w *watchdog) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watchdog) bark() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		w.cancel(w.reason)
	}
}
