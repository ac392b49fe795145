package control

import (
	"sync"
	"time"
)

// quietSteps is into how many steps the wait for silence is divided.
const quietSteps = 6

// quiet waits until nothing was heard from an owner for some time. It waits in steps,
// because this process itself may have been stopped meanwhile, for instance by Ctrl+Z:
// then one step is over at once, and what has come is read before the next.
type quiet struct {
	enough func()

	mu     sync.Mutex
	timer  *time.Timer
	passed int // steps since something was heard
}

func newQuiet(enough func()) *quiet {
	q := &quiet{enough: enough}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.timer = time.AfterFunc(silence/quietSteps, q.step)
	return q
}

// step counts one step.
func (q *quiet) step() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.passed++; q.passed < quietSteps {
		q.timer.Reset(silence / quietSteps)
		return
	}
	q.enough()
}

// heard begins to count again.
func (q *quiet) heard() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.passed = 0
	q.timer.Reset(silence / quietSteps)
}

func (q *quiet) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.timer.Stop()
}
