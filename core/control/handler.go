package control

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

const opControl = "work with the queue of another process"

// begun returns the handler of callers' requests, once there is an owner.
func (s *Server) begun(o Owner) http.Handler {
	mux := http.NewServeMux()
	verb := func(f func(context.Context, ...core.TransferID) error) http.HandlerFunc {
		return answering(func(ctx context.Context, in []message, _ *lineWriter) (message, error) {
			return message{}, f(ctx, idsOf(in)...)
		})
	}
	act := func(f func(ctx context.Context, in []message) error) http.HandlerFunc {
		return answering(func(ctx context.Context, in []message, _ *lineWriter) (message, error) { return message{}, f(ctx, in) })
	}
	mux.HandleFunc("GET /1/transfers", answering(s.transfers))
	mux.HandleFunc("POST /1/retry", verb(o.Retry))
	mux.HandleFunc("POST /1/cancel", verb(o.Cancel))
	mux.HandleFunc("POST /1/remove", verb(o.Remove))
	mux.HandleFunc("POST /1/take", verb(o.Take))
	mux.HandleFunc("POST /1/pause", act(func(ctx context.Context, _ []message) error { return o.PauseAll(ctx) }))
	mux.HandleFunc("POST /1/pause-after", act(func(ctx context.Context, _ []message) error { return o.PauseAllAfter(ctx) }))
	mux.HandleFunc("POST /1/resume", act(func(ctx context.Context, _ []message) error { return o.ResumeAll(ctx) }))
	mux.HandleFunc("POST /1/open", act(func(_ context.Context, in []message) error { return o.Open(pathsOf(in)) }))
	mux.HandleFunc("POST /1/hand-over", act(func(context.Context, []message) error { return o.HandOver() }))
	mux.HandleFunc("POST /1/call", s.attach)
	mux.HandleFunc("GET /1/call/{id}/feed", s.feed)
	for name, ask := range s.requests() {
		mux.HandleFunc("POST /1/call/{id}/"+name, s.asking(ask))
	}
	return mux
}

// ServeHTTP implements http.Handler. It accepts requests for one host name only.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.handler
	s.mu.Unlock()
	switch {
	case r.Host != host:
		http.Error(w, "this is not for the web", http.StatusMisdirectedRequest)
	case r.URL.Path == "/hello":
		s.greet(w, r)
	case handler == nil:
		http.Error(w, "not yet", http.StatusServiceUnavailable)
	default:
		handler.ServeHTTP(w, r)
	}
}

func (s *Server) greet(w http.ResponseWriter, _ *http.Request) {
	hello := s.hello
	s.mu.Lock()
	hello.Busy = s.ending || s.owner == nil
	s.mu.Unlock()
	_ = json.NewEncoder(w).Encode(hello) // an error means that the other side is gone
}

// answering reads a whole request and writes the last line of its answer.
func answering(ask func(context.Context, []message, *lineWriter) (message, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in []message
		out := newAnswer(w)
		if r.Method == http.MethodPost {
			body := newLineReader(http.MaxBytesReader(w, r.Body, maxTotal))
			if err := body.all(func(m message) { in = append(in, m) }); err != nil {
				_ = out.send(message{Last: true, Error: newFailure(badRequest(err))})
				return
			}
			_, _ = io.Copy(io.Discard, r.Body) // net/http notices only then that the caller goes away
		}
		m, err := ask(r.Context(), in, out)
		m.Last = true
		switch {
		case core.CodeOf(err) == core.CodeCancelled && r.Context().Err() == nil:
			m.Ending = true // the queue has stopped the work, not the caller
		case err != nil:
			m.Error = newFailure(core.AsError(err))
		}
		_ = out.send(m)
	}
}

func badRequest(err error) *core.Error {
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opControl, Message: "The request can't be read.", Err: err}
}

// newAnswer returns a writer of an answer, line by line. The answer ends if the caller
// doesn't read it.
func newAnswer(w http.ResponseWriter) *lineWriter {
	w.Header().Set("Content-Type", "application/jsonl")
	a := answer{w, http.NewResponseController(w)}
	return &lineWriter{out: json.NewEncoder(a), flush: a.flush}
}

// answer sets a new deadline before each write, as the deadline of the write before may
// have passed.
type answer struct {
	to      io.Writer
	control *http.ResponseController
}

func (a answer) inTime() error { return a.control.SetWriteDeadline(time.Now().Add(writeTime)) }

// Write implements io.Writer.
func (a answer) Write(p []byte) (int, error) {
	if err := a.inTime(); err != nil {
		return 0, err
	}
	return a.to.Write(p)
}

func (a answer) flush() error { return errors.Join(a.inTime(), a.control.Flush()) }

func idsOf(in []message) []core.TransferID {
	var ids []core.TransferID
	for _, m := range in {
		ids = append(ids, m.IDs...)
	}
	return ids
}

func pathsOf(in []message) []string {
	var paths []string
	for _, m := range in {
		paths = append(paths, stringsOf(m.Paths)...)
	}
	return paths
}

func (s *Server) transfers(ctx context.Context, _ []message, out *lineWriter) (message, error) {
	snapshot, err := s.owner.Transfers(ctx)
	for part := range inLines(snapshot.Transfers) {
		out.write(message{Transfers: newTransfers(part)})
	}
	return message{State: newState(snapshot.Paused, snapshot.Halt, snapshot.Waits)}, err
}

// attach admits a caller for as long as its connection lasts.
func (s *Server) attach(w http.ResponseWriter, r *http.Request) {
	out := newAnswer(w)
	refuse := func(err error) { _ = out.send(message{Last: true, Error: newFailure(core.AsError(err))}) }
	m, err := newLineReader(io.LimitReader(r.Body, maxLine)).next(func() {})
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxLine))
	if err != nil || m.Terms == nil {
		refuse(badRequest(err))
		return
	}
	attached, err := s.owner.Attach(r.Context(), m.Terms.core())
	if err != nil {
		refuse(err)
		return
	}
	id, c := s.admit(attached)
	if c == nil {
		_ = attached.Leave(context.WithoutCancel(r.Context())) // the call has done nothing yet
		s.bye(out)
		return
	}
	defer s.dismiss(context.WithoutCancel(r.Context()), id)
	if out.send(message{Call: id}) == nil {
		s.accompany(r.Context(), c, out, w)
	}
}

// accompany tells a caller again and again that the owner is there, until one of them
// ends.
func (s *Server) accompany(ctx context.Context, c *call, out *lineWriter, w io.Writer) {
	alive := time.NewTicker(aliveEvery)
	defer alive.Stop()
	for {
		select {
		case <-alive.C:
			if _, err := io.WriteString(w, "\n"); err != nil || out.flush() != nil {
				return
			}
		case <-s.end:
			s.bye(out)
			return
		case <-c.left:
			_ = out.send(message{Last: true})
			return
		case <-ctx.Done():
			return
		}
	}
}

// bye tells a caller that the owner ends.
func (s *Server) bye(out *lineWriter) {
	s.mu.Lock()
	handed := s.handed
	s.mu.Unlock()
	_ = out.send(message{Last: true, Ending: true, HandedOver: handed})
}

// feed sends a caller the snapshot and the updates of its Subscribe.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	c, err := s.find(r.PathValue("id"))
	out := newAnswer(w)
	if err != nil {
		_ = out.send(message{Last: true, Error: newFailure(core.AsError(err))})
		return
	}
	snapshot, feed := c.Subscribe()
	defer feed.Close()
	u := core.Update{Changed: snapshot.Transfers, Paused: snapshot.Paused, Halt: snapshot.Halt, Waits: snapshot.Waits}
	for err == nil {
		for part := range inLines(u.Changed) {
			out.write(message{Transfers: newTransfers(part)})
		}
		for part := range inLines(u.Removed) {
			out.write(message{Removed: part})
		}
		if out.send(message{State: newState(u.Paused, u.Halt, u.Waits)}) != nil {
			return
		}
		u, err = feed.Next(r.Context())
	}
	_ = out.send(message{Last: true})
}
