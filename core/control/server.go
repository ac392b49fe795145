package control

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
)

// Times on the owner's side.
const (
	aliveEvery = 5 * time.Second // how often a caller is told that the owner is there
	writeTime  = time.Minute     // for writing one line to a caller that may have been stopped
	closeTime  = 5 * time.Second // for answers under way when the owner ends
	idleGrace  = 3 * time.Second // for a caller to leave after all of its files have ended
	lookEvery  = 250 * time.Millisecond
)

// host is the one host name that requests may have.
const host = "ingester"

// Server is the owner's side. Calls and requests end with it.
type Server struct {
	hello Hello
	log   *slog.Logger
	http  *http.Server
	end   chan struct{} // closed when no more calls are taken

	mu      sync.Mutex
	owner   Owner        // nil until Begin, like the next field
	handler http.Handler // for requests of callers
	calls   map[string]*call
	ending  bool
	handed  bool // the queue is handed over to a window
}

// call is an attached caller.
type call struct {
	Attached
	asking atomic.Int32 // requests under way
	left   chan struct{}
	leave  sync.Once
	idle   time.Time // since when it has been idle, zero while it isn't; guarded by the server's mu
}

// NewServer returns a server that describes itself by h once Serve is called, and takes
// callers once Begin is called.
func NewServer(h Hello, log *slog.Logger) *Server {
	h.Protocol = Version
	s := &Server{hello: h, log: log, end: make(chan struct{}), calls: map[string]*call{}}
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return s
}

// Serve answers on a listener until Close.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Begin makes the server take callers, as the owner is ready for them.
func (s *Server) Begin(o Owner) {
	handler := s.begun(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owner, s.handler = o, handler
}

// End takes no more callers and tells the present ones that the owner ends, or that it
// hands over the queue to a window.
func (s *Server) End(handedOver bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop(handedOver)
}

// stop does the work of End. The caller holds mu.
func (s *Server) stop(handedOver bool) {
	if !s.ending {
		s.ending, s.handed = true, handedOver
		close(s.end)
	}
}

// Close ends everything. It waits for answers that end by themselves.
func (s *Server) Close() error {
	s.End(false)
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// Callers returns the number of callers whose work is not done.
func (s *Server) Callers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy(time.Now())
}

// busy counts the callers whose work is not done. Others don't count even if they have
// not left, as a process that was stopped may never leave. The caller holds mu.
func (s *Server) busy(now time.Time) int {
	n := 0
	for _, c := range s.calls {
		switch {
		case c.asking.Load() > 0 || !c.Idle():
			c.idle = time.Time{}
			n++
		case c.idle.IsZero():
			c.idle = now
			n++
		case now.Sub(c.idle) < idleGrace:
			n++
		}
	}
	return n
}

// Finish serves until the work of all callers is done, and then takes no more callers.
// It returns false if ctx ends first.
func (s *Server) Finish(ctx context.Context) bool {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		s.mu.Lock()
		done := s.ending || s.busy(time.Now()) == 0
		if done {
			s.stop(false)
		}
		s.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return false
		}
	}
}

// admit adds a caller. It returns nil if the owner is ending.
func (s *Server) admit(a Attached) (string, *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return "", nil
	}
	id, c := rand.Text(), &call{Attached: a, left: make(chan struct{})}
	s.calls[id] = c
	return id, c
}

// dismiss removes a caller. What it wanted sent ends with it, unless it has asked for
// something else, or the owner itself is ending: then its files are left to the next
// owner.
func (s *Server) dismiss(ctx context.Context, id string) {
	s.mu.Lock()
	c, ending := s.calls[id], s.ending
	delete(s.calls, id)
	s.mu.Unlock()
	if c == nil || ending {
		return
	}
	c.leave.Do(func() {
		if err := c.Leave(ctx); err != nil {
			s.log.Info("a caller is gone, and not all that it had sent is stopped", "error", err)
		}
	})
}

// find returns an attached caller. If it is no longer there, the error makes it attach
// again, to this or the next owner.
func (s *Server) find(id string) (*call, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calls[id]; c != nil {
		return c, nil
	}
	return nil, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: opControl, Message: "There is no such caller."}
}
