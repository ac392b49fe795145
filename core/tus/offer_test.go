package tus

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

func TestOffer(t *testing.T) {
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	for range 3 {
		got, err := c.Offer(coretest.Limited(t))
		if err != nil || !got.Offered || got.Checksum || !got.Concatenation || got.MaxSize != 1<<30 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if n, _ := s.count(http.MethodOptions); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestParseOffer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header http.Header
		want   Offer
	}{
		{"nothing", http.Header{}, Offer{}},
		{"all", http.Header{"Tus-Version": {"1.0.0,0.2.2"}, "Tus-Extension": {"creation, Checksum", "concatenation"}, "Tus-Max-Size": {"5"}, "Tus-Checksum-Algorithm": {"md5, SHA256"}},
			Offer{Offered: true, MaxSize: 5, Checksum: true, Concatenation: true}},
		{"promises", http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"creation"}, "Tus-Promise": {"Complete-Is-Stored , other", "idempotency-key"}},
			Offer{Offered: true, CompleteIsStored: true, HonoursKey: true}},
		{"other promises", http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"creation,complete-is-stored"}, "Tus-Promise": {"stored"}}, Offer{Offered: true}},
		{"resumable only", http.Header{"Tus-Resumable": {"1.0.0"}, "Tus-Extension": {"creation"}}, Offer{Offered: true}},
		{"another version", http.Header{"Tus-Version": {"2.0.0"}, "Tus-Extension": {"creation"}}, Offer{}},
		{"no creation", http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"checksum"}}, Offer{}},
		{"other checksums", http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"creation,checksum"}, "Tus-Checksum-Algorithm": {"sha1"}}, Offer{Offered: true}},
		{"no limit that can be read", http.Header{"Tus-Version": {"1.0.0"}, "Tus-Extension": {"creation"}, "Tus-Max-Size": {"-1"}}, Offer{Offered: true}},
	} {
		if got := parseOffer(tt.header); got != tt.want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// A server without resumable uploads is asked once. The answer of a server that is out of
// order is not kept.
func TestNoOffer(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 100)
	for _, status := range []int{200, 204, 307, 400, 403, 404, 405, 501} {
		s := newServer(t, nil)
		s.set(answers(status))
		c := s.newClient(t, nil)
		for range 2 {
			if got, err := c.Offer(coretest.Limited(t)); err != nil || got != (Offer{}) {
				t.Errorf("%d: %+v, %v", status, got, err)
			}
		}
		_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		if n, _ := s.count(http.MethodOptions); n != 1 {
			t.Errorf("%d: asked %d times", status, n)
		}
	}
	for status, code := range map[int]core.Code{401: core.CodeTokenRejected, 429: core.CodeServerBusy, 500: core.CodeServerFailure, 503: core.CodeServerBusy} {
		s := newServer(t, nil)
		s.set(after(0, http.MethodOptions, answers(status)))
		c := s.newClient(t, nil)
		if _, err := c.Offer(coretest.Limited(t)); core.CodeOf(err) != code {
			t.Errorf("%d: %v", status, err)
		}
		if got, err := c.Offer(coretest.Limited(t)); err != nil || !got.Offered {
			t.Errorf("%d, later: %+v, %v", status, got, err)
		}
	}
}

// If many ask at once, one request is sent, and each of them can stop waiting.
func TestOfferIsAskedOnce(t *testing.T) {
	s := newServer(t, nil)
	reached, release := make(chan struct{}), make(chan struct{})
	s.set(func(http.ResponseWriter, *http.Request) bool { close(reached); <-release; return false })
	c := s.newClient(t, nil)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got, err := c.Offer(coretest.Limited(t)); err != nil || !got.Offered {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	<-reached
	ctx, cancel := context.WithCancel(coretest.Limited(t))
	cancel()
	_, err := c.Offer(ctx)
	coretest.Want(t, err, core.KindCancelled, core.CodeCancelled, core.OutcomeNotProcessed)
	close(release)
	all.Wait()
	if n, _ := s.count(http.MethodOptions); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestTooLarge(t *testing.T) {
	s := newServer(t, func(s *server) {
		s.fault = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Tus-Max-Size", "99")
			return false
		}
	})
	s.checked = true
	transfer, _ := newTransfer(t, "a", 100)
	_, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeTooLarge, core.OutcomeAnswered)
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for _, address := range []string{"", "ftp://a/", "https://user:pw@a/", "files"} {
		if _, err := New(Config{URL: address}); core.CodeOf(err) != core.CodeProfileInvalid {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := New(Config{URL: "http://127.0.0.1/files/", HTTPVersion: core.HTTP2}); core.CodeOf(err) != core.CodeProfileInvalid {
		t.Errorf("got %v", err)
	}
}
