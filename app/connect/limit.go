package connect

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
)

// Bytes that go out at once under a bandwidth limit: a quarter of a second's,
// so that a change is felt soon, within these bounds.
const (
	leastBurst = 1 << 10
	mostBurst  = 64 << 10
	// freeBurst is what an upload may ask for while there is no limit.
	freeBurst = 1 << 20
)

// limit is a profile's bandwidth limit. It follows the timetable by the wall
// clock, and what is under way follows a change of the settings.
type limit struct {
	now    func() time.Time
	bucket *rate.Limiter

	mu    sync.Mutex
	table core.Timetable
	until time.Time // the present rate holds
	free  bool      // no limit at present
}

func newLimit(now func() time.Time) *limit {
	return &limit{now: now, bucket: rate.NewLimiter(rate.Inf, mostBurst), free: true}
}

// set takes the limit of a profile, which has been checked with it.
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

// follow takes the rate in force at now. The caller holds mu.
func (l *limit) follow(now time.Time) {
	bytes, holds := l.table.At(now.Local())
	l.until = now.Add(min(holds, time.Minute)) // the wall clock may be set
	l.free = bytes == 0
	if l.free {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetBurst(int(min(max(bytes/4, leastBurst), mostBurst)))
	l.bucket.SetLimit(rate.Limit(bytes))
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
