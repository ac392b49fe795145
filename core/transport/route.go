package transport

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Route is a transport and how many requests it has under way.
type Route struct {
	current atomic.Pointer[http.Transport]
	active  atomic.Int64
}

func newRoute(t *http.Transport) *Route {
	r := &Route{}
	r.current.Store(t)
	return r
}

// RoundTrip implements http.RoundTripper.
func (r *Route) RoundTrip(req *http.Request) (*http.Response, error) {
	return r.current.Load().RoundTrip(req)
}

// CloseIdleConnections closes what is connected and not in use.
func (r *Route) CloseIdleConnections() { r.current.Load().CloseIdleConnections() }

// keep lets connections be idle for so long and no longer. net/http has that
// fixed in a transport, so another one takes its place; what is under way ends
// on the old one.
func (r *Route) keep(idle time.Duration) {
	old := r.current.Load()
	if old.IdleConnTimeout == idle {
		return
	}
	next := old.Clone()
	next.IdleConnTimeout = idle
	if r.current.CompareAndSwap(old, next) {
		old.CloseIdleConnections()
	}
}

// idle is how long connections may be idle.
func (r *Route) idle() time.Duration { return r.current.Load().IdleConnTimeout }
