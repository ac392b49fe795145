package transport

import (
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// How often progress is reported.
const (
	ReportBytes = 1 << 20 // after this many bytes at the latest
	reportEvery = 100 * time.Millisecond
)

// Reporter reports an attempt's progress to a core.Progress, not too often and never
// less than before. It adds up the counts of several bodies.
type Reporter struct {
	to   core.Progress
	now  func() time.Time
	size int64

	mu         sync.Mutex
	sent, told int64
	at         time.Time
}

// NewReporter returns a reporter for a file of size bytes, of which the server has
// already some.
func NewReporter(to core.Progress, now func() time.Time, size, already int64) *Reporter {
	r := &Reporter{to: to, now: now, size: size, sent: already, told: already, at: now()}
	to.Sent(already)
	return r
}

// Add counts n more content bytes as handed out.
func (r *Reporter) Add(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent += n
	if n <= 0 || r.sent <= r.told {
		return
	}
	if r.sent < r.size && r.sent-r.told < ReportBytes {
		if now := r.now(); now.Sub(r.at) < reportEvery {
			return
		}
	}
	r.told, r.at = r.sent, r.now()
	r.to.Sent(r.sent)
}

// Back takes back n bytes that will be handed out again.
func (r *Reporter) Back(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent -= n
}

// Move sets the count to the n bytes of the file that the server has.
func (r *Reporter) Move(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = n
}
