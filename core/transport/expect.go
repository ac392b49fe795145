package transport

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
)

// maxInterims is how many interim answers a request may get. net/http doesn't limit
// them if a hook receives them.
const maxInterims = 32

var (
	// errAsked ends the unread body of a request that was refused.
	errAsked    = errors.New("the request is made again without asking for leave")
	errInterims = errors.New("the server sends nothing but interim answers")
)

// roundTrip makes one request. If the request asks before sending its body (Expect:
// 100-continue), s learns whether the server can be asked. A server that refuses
// with 417 gets the same request again without the question, as it has read nothing
// of the body. A server that doesn't answer before the body is sent after all isn't
// asked again, or each file would wait as long.
func (s *Server) roundTrip(r *Pool, req *http.Request) (*http.Response, error) {
	if req.Header.Get("Expect") == "" {
		return r.RoundTrip(req)
	}
	if s.neverExpect.Load() {
		req.Header.Del("Expect")
		return r.RoundTrip(req)
	}
	held := newHeldBody(req.Body, func() { s.neverExpect.Store(true) })
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
	s.neverExpect.Store(true)
	if !held.withdraw() {
		return resp, nil
	}
	_ = resp.Body.Close() // of no interest: the request is made again
	again := req.Clone(req.Context())
	again.Header.Del("Expect")
	return r.RoundTrip(again)
}

// heldBody is the body of a request that asks first. Once an answer begins, the body
// is not read until it is known which answer that is: over HTTP/1.1 net/http would
// send the body even after a refusal, if the connection stays open.
type heldBody struct {
	body   io.ReadCloser
	silent func() // called when the body is sent without an answer of the server

	mu        sync.Mutex
	changed   *sync.Cond
	spoke     bool // the server has answered something
	answering bool // an answer has begun, but it isn't known which
	interims  int
	begun     bool // the body is being sent
	withdrawn bool // the body belongs to another request now
}

func newHeldBody(body io.ReadCloser, silent func()) *heldBody {
	h := &heldBody{body: body, silent: silent}
	h.changed = sync.NewCond(&h.mu)
	return h
}

// set changes the state and wakes those who wait for it.
func (h *heldBody) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
	h.changed.Broadcast()
}

// interim is the httptrace hook for interim answers.
func (h *heldBody) interim(int, textproto.MIMEHeader) (err error) {
	h.set(func() {
		h.answering = false
		if h.interims++; h.interims > maxInterims {
			err = errInterims
		}
	})
	return err
}

// withdraw takes back the body for another request if it was not begun, and reports
// whether it did.
func (h *heldBody) withdraw() (unread bool) {
	h.set(func() {
		h.answering, h.withdrawn = false, !h.begun
		unread = h.withdrawn
	})
	return unread
}

// begin waits until it is known whether to send the body.
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

// Close implements io.Closer. A body that was not begun stays open for the next
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
