package upload

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// Only the rejected token is dropped, and nothing is sent twice.
func TestRejectedTokenIsDropped(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	requests := 0
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		w.WriteHeader(http.StatusUnauthorized)
	}), withoutHTTP2)
	tokens := &coretest.Tokens{}
	c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.Tokens = tokens })
	transfer, _ := newTransfer(t, "a", 3<<20)
	p := &progress{}
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
	if len(tokens.Dropped()) != 1 || tokens.Dropped()[0].Value.Reveal() != "the-token" || requests != 1 || p.last() != 0 {
		t.Errorf("%d tokens dropped, %d requests, %d bytes", len(tokens.Dropped()), requests, p.last())
	}
	if link := c.Link(); link.State != core.LinkUp {
		t.Errorf("link %+v", link)
	}
}

// A redirect is an error, and nothing is sent to its target.
func TestRedirectIsNotFollowed(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	visited := false
	elsewhere := startTLS(t, ca, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited = true }))
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	c := newTestClient(t, s.URL, ca, nil)
	transfer, _ := newTransfer(t, "a", 10)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	e := coretest.WantError(t, err, core.KindServer, core.CodeRedirect, core.OutcomeAnswered)
	if visited || !strings.Contains(e.Message, strings.TrimPrefix(elsewhere.URL, "https://")) {
		t.Errorf("visited %v; %q", visited, e.Message)
	}
}

// After a misdirected request, the next attempt uses a new connection.
func TestMisdirected(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMisdirectedRequest) }))
	c := newTestClient(t, s.URL, ca, nil)
	transfer, _ := newTransfer(t, "a", 10)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeUnexpected, core.OutcomeAnswered)
}

// If a server answers before it has read anything, the answer is used at once, however many
// files it refuses like that.
func TestAnswerBeforeTheBody(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, "<h1>429 Too Many Requests</h1>")
	}))
	c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.HTTPVersion = core.HTTP2 })
	transfer, _ := newTransfer(t, "a", 900<<10)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 60 {
				_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
				if core.CodeOf(err) != core.CodeServerBusy {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A server that closes connections because of our certificate has not read what it was sent:
// no file's outcome is unknown, whatever its size.
func TestSilentRefusalOfTheCertificate(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := coretest.NewSilent(t, ca)
	c := newTestClient(t, "https://"+s.Addr, ca, nil)
	for _, size := range []int{10, 100 << 10, 3 << 20} {
		transfer, _ := newTransfer(t, "a", size)
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindNetwork, core.CodeTLSClientSilent, core.OutcomeNotProcessed)
	}
	if link := c.Link(); link.State != core.LinkFailed || link.Err.Code != core.CodeTLSClientSilent {
		t.Errorf("%+v", link)
	}
}
