package transport

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
)

// maxInterims is how many interim answers a request may get: net/http leaves
// the counting to those who look at them.
const maxInterims = 32

var (
	// errAsked ends the body of a request that was turned away with it unread.
	errAsked    = errors.New("the request is made again without asking for leave")
	errInterims = errors.New("the server sends nothing but interim answers")
)

// roundTrip makes one request. Where it asks the server for leave before its
// body is sent (Expect: 100-continue), two things are learnt, for as long as s
// lives. A server that refuses to be asked, with 417, gets the same request at
// once without: it has read nothing of the body. One that said nothing until the
// body was sent without leave isn't asked again: each file would wait as long.
func (s *Server) roundTrip(r *Route, req *http.Request) (*http.Response, error) {
	if req.Header.Get("Expect") == "" {
		return r.RoundTrip(req)
	}
	if s.askNoLeave.Load() {
		req.Header.Del("Expect")
		return r.RoundTrip(req)
	}
	held := newHeldBody(req.Body, func() { s.askNoLeave.Store(true) })
	ask := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotFirstResponseByte: func() { held.set(func() { held.answering, held.spoke = true, true }) },
		Got100Continue:       func() { held.set(func() { held.answering = false }) },
		Got1xxResponse:       held.interim,
	}))
	ask.Body = held
	resp, err := r.RoundTrip(ask)
	if err != nil || resp.StatusCode != http.StatusExpectationFailed {
		held.set(func() { held.answering = false })
		return resp, err
	}
	s.askNoLeave.Store(true)
	if !held.withdraw() {
		return resp, nil
	}
	_ = resp.Body.Close() // of no interest: the request is made again
	again := req.Clone(req.Context())
	again.Header.Del("Expect")
	return r.RoundTrip(again)
}

// heldBody is the body of a request that asks for leave. Once an answer begins,
// nothing is read of it until it is known which that is: over HTTP/1.1 net/http
// sends the body behind a refusal, too, if the connection stays.
type heldBody struct {
	body   io.ReadCloser
	silent func() // called when the body is sent and the server has said nothing

	mu        sync.Mutex
	changed   *sync.Cond
	spoke     bool // the server has said something
	answering bool // an answer has begun, and it isn't known which
	interims  int
	begun     bool // the body is being sent
	withdrawn bool // the body is another request's now
}

func newHeldBody(body io.ReadCloser, silent func()) *heldBody {
	h := &heldBody{body: body, silent: silent}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// set changes what is known.
func (h *heldBody) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
	h.changed.Broadcast()
}

// interim is the httptrace hook of an answer after which another comes.
func (h *heldBody) interim(int, textproto.MIMEHeader) (err error) {
	h.set(func() {
		h.answering = false
		if h.interims++; h.interims > maxInterims {
			err = errInterims
		}
	})
	return err
}

// withdraw takes the body back unless it was begun, and reports whether it did.
func (h *heldBody) withdraw() (unread bool) {
	h.set(func() {
		h.answering, h.withdrawn = false, !h.begun
		unread = h.withdrawn
	})
	return unread
}

// begin waits until it is known whether the body is to be sent.
func (h *heldBody) begin() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.answering && !h.begun {
		h.changed.Wait()
	}
	if h.withdrawn {
		return errAsked
	}
	if !h.begun && !h.spoke {
		h.silent()
	}
	h.begun = true
	return nil
}

// Read implements io.Reader.
func (h *heldBody) Read(p []byte) (int, error) {
	if err := h.begin(); err != nil {
		return 0, err
	}
	return h.body.Read(p)
}

// Close implements io.Closer. A body that was not begun goes on to the next
// request.
func (h *heldBody) Close() error {
	h.mu.Lock()
	begun := h.begun
	h.mu.Unlock()
	if !begun {
		return nil
	}
	return h.body.Close()
}
