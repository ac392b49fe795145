package connect

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
)

// Under a bandwidth limit a quarter of a second's bytes are sent at a time, so that a
// change takes effect soon; at least leastBurst, at most mostBurst.
const (
	leastBurst = 1 << 10
	mostBurst  = 64 << 10
	// freeBurst is how much an upload may send at a time while there is no limit.
	freeBurst = 1 << 20
)

// limit is a profile's bandwidth limit. It follows the timetable by the wall clock. A
// change of the settings applies to uploads under way.
type limit struct {
	now    func() time.Time
	bucket *rate.Limiter

	mu    sync.Mutex
	table core.Timetable
	until time.Time // when the present rate may change
	free  bool      // no limit at present
}

func newLimit(now func() time.Time) *limit {
	return &limit{now: now, bucket: rate.NewLimiter(rate.Inf, mostBurst), free: true}
}

// set takes the limit of a profile. A text that can't be read changes nothing:
// profiles are checked before.
func (l *limit) set(text string) {
	table, err := core.ParseTimetable(text)
	if err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.table = table
	l.follow(l.now())
}

// follow sets the rate of the timetable at now. The caller holds mu.
func (l *limit) follow(now time.Time) {
	bytes, holds := l.table.At(now.Local())
	l.until = now.Add(min(holds, time.Minute)) // the wall clock may be changed
	l.free = bytes == 0
	if l.free {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetBurst(int(min(max(bytes/4, leastBurst), mostBurst)))
	l.bucket.SetLimit(rate.Limit(bytes))
}

// state is how many bytes a second may be sent now, 0 for any number, and when that
// changes; zero for never.
func (l *limit) state() (rate int64, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.table.Until(l.now().Local())
}

// Burst implements transport.Limiter.
func (l *limit) Burst() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.free {
		return freeBurst
	}
	return l.bucket.Burst()
}

// WaitN implements transport.Limiter.
func (l *limit) WaitN(ctx context.Context, n int) error {
	for n > 0 {
		l.mu.Lock()
		if now := l.now(); !now.Before(l.until) {
			l.follow(now)
		}
		free, part := l.free, min(n, l.bucket.Burst())
		l.mu.Unlock()
		if free {
			return ctx.Err()
		}
		if err := l.bucket.WaitN(ctx, part); err != nil {
			return err
		}
		n -= part
	}
	return nil
}
