package engine

import "math"

// budget is how many bytes may be in flight to the lane's server so that each
// file arrives before its token expires.
func (l *lane) budget(size int64) int64 {
	l.mu.Lock()
	find := l.endpoint.Budget
	l.mu.Unlock()
	if find == nil {
		return math.MaxInt64
	}
	return find(size)
}

// inTime reports whether one more large file may begin. All in flight share the
// network, and each has to arrive before its token expires; the estimate takes
// all of them to be as large as the largest. One file alone may always begin.
func (l *lane) inTime(bulk *item) bool {
	if len(l.flying) == 0 {
		return true
	}
	most := bulk.size
	for r := range l.flying {
		most = max(most, r.size)
	}
	fits := most <= l.budget(bulk.size)/int64(len(l.flying)+1)
	l.narrow.Store(!fits)
	return fits
}
