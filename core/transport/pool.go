package transport

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Pool is a pool of connections, with the number of its requests under way.
type Pool struct {
	current atomic.Pointer[http.Transport]
	active  atomic.Int64
}

func newPool(t *http.Transport) *Pool {
	r := &Pool{}
	r.current.Store(t)
	return r
}

// RoundTrip implements http.RoundTripper.
func (r *Pool) RoundTrip(req *http.Request) (*http.Response, error) {
	return r.current.Load().RoundTrip(req)
}

// CloseIdleConnections closes connections that are not in use.
func (r *Pool) CloseIdleConnections() { r.current.Load().CloseIdleConnections() }

// keep sets how long connections may be idle. net/http can't change that in a
// transport, so a new one replaces it; requests under way end on the old one.
func (r *Pool) keep(idle time.Duration) {
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
func (r *Pool) idle() time.Duration { return r.current.Load().IdleConnTimeout }
