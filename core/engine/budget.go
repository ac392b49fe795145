package engine

import "math"

// budget is how many bytes the lane's server can be sent at once so that each
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

// inTime reports whether a large file may begin beside those in flight: all of
// them share the network, and each, were it as large as the largest, has to
// arrive before its token expires. One alone goes in any case.
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
