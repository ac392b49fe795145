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

// Reporter tells a core.Progress how far an attempt is, not too often and
// never less than before. It takes the counts of several bodies at once.
type Reporter struct {
	to   core.Progress
	now  func() time.Time
	size int64

	mu         sync.Mutex
	sent, told int64
	at         time.Time
}

// NewReporter begins with the bytes of size that the server has already.
func NewReporter(to core.Progress, now func() time.Time, size, already int64) *Reporter {
	r := &Reporter{to: to, now: now, size: size, sent: already, told: already, at: now()}
	to.Sent(already)
	return r
}

// Add says that n more content bytes have been handed out.
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

// Back says that n bytes will be handed out again.
func (r *Reporter) Back(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent -= n
}

// Move says that the server has n bytes of the file.
func (r *Reporter) Move(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = n
}
