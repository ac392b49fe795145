package tus

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// inParts configures a client to send even small files in parts, and in small pieces.
func inParts(n int) func(*Config) {
	return func(cfg *Config) { cfg.Parts, cfg.partsFrom, cfg.piece = n, someParts, 1<<20 }
}

const someParts = 8 << 20

// A large file is sent in parts at once, which the server joins.
func TestParts(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts+3)
	for _, checked := range []bool{false, true} {
		s := newServer(t, func(s *server) { s.checked = checked })
		c, p := s.newClient(t, inParts(5)), &progress{}
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		wantReceipt(t, r, err, data)
		s.only(t, data)
		posts, _ := s.count(http.MethodPost)
		patches, sent := s.count(http.MethodPatch)
		if posts != 6 || (patches != 5) != checked || sent != int64(len(data)) || p.finished != 1 {
			t.Errorf("%d POST, %d PATCH, %d bytes, finished %d", posts, patches, sent, p.finished)
		}
		if !slices.IsSorted(p.sent) || p.sent[len(p.sent)-1] != int64(len(data)) {
			t.Errorf("progress %v", p.sent)
		}
		final := s.last(t, http.MethodPost).header
		if !strings.HasPrefix(final.Get("Upload-Concat"), "final;https://") || final.Get("Repr-Digest") != reprDigest(r.SHA256) ||
			!strings.Contains(final.Get("Upload-Metadata"), "sha256 ") || final.Get("Idempotency-Key") == "" || final.Get("Upload-Length") != "" {
			t.Errorf("%v", final)
		}
	}
}

// Some of the parts are cut off: the others arrive, and the next attempt sends only what
// is missing.
func TestPartsAreCut(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts)
	s := newServer(t, nil)
	c, p := s.newClient(t, inParts(8)), &progress{}
	const each, had = someParts / 8, 1 << 19
	var mu sync.Mutex
	n := 0
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPatch {
			return false
		}
		mu.Lock()
		n++
		cut := n%3 == 0 // two of the eight
		mu.Unlock()
		return cut && s.cutAfter(had)(w, r)
	})
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
	s.set(nil)
	s.forget()
	again, q := transfer, &progress{}
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, q)
	wantReceipt(t, r, err, data)
	s.only(t, data)
	if _, sent := s.count(http.MethodPatch); sent != 2*(each-had) || q.resumed != int64(len(data))-sent {
		t.Errorf("%d bytes were sent again, resumed at %d", sent, q.resumed)
	}
}

// A disputed or lost part doesn't affect the others.
func TestPartsThatGo(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts)
	s := newServer(t, func(s *server) { s.checked = true })
	c, p := s.newClient(t, inParts(4)), &progress{}
	s.set(after(1, http.MethodPatch, answers(statusChecksumMismatch)))
	p.onEnd = func() error { return errors.New("stop") }
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	if e := core.AsError(err); e == nil || e.Outcome != core.OutcomeCutOff {
		t.Fatalf("got %+v", e)
	}
	n := parseNote(p.note(), c.base)
	if e := c.remove(coretest.Limited(t), n.Parts[2].URL); e != nil {
		t.Fatal(e)
	}
	s.set(nil)
	s.forget()
	n.Last = false
	again := transfer
	again.Resume = n.text()
	r, err := c.Upload(coretest.Limited(t), again, &progress{})
	wantReceipt(t, r, err, data)
	if posts, _ := s.count(http.MethodPost); posts != 2 {
		t.Errorf("%d uploads were created", posts)
	}
	if _, sent := s.count(http.MethodPatch); sent != someParts/4 {
		t.Errorf("%d bytes were sent again", sent)
	}

	s.set(after(0, http.MethodPatch, answers(http.StatusNotFound)))
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodPatch && answers(http.StatusConflict)(w, r)
	})
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
}

// The address of the joined file is told only once. If that answer is lost, the outcome is
// unknown, and the file is sent again only if the user decides that.
func TestFinalAnswerIsLost(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts)
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		t.Run("HTTP "+version, func(t *testing.T) { finalAnswerIsLost(t, version, transfer, data) })
	}
}

func finalAnswerIsLost(t *testing.T, version string, transfer core.Transfer, data []byte) {
	isFinal := func(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Upload-Concat"), final) }
	s := newServer(t, nil)
	c, p := s.newClient(t, func(cfg *Config) { inParts(4)(cfg); cfg.HTTPVersion = version }), &progress{}
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if isFinal(r) {
			hangUp(w, r)
		}
		return false
	})
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	if posts, _ := s.count(http.MethodPost); posts != 5 {
		t.Errorf("%d POST: one was repeated", posts)
	}
	s.set(nil)
	s.forget()
	again := transfer
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, p)
	wantReceipt(t, r, err, data)
	if _, sent := s.count(http.MethodPatch); sent != 0 {
		t.Errorf("%d bytes were sent again", sent)
	}

	// After a crash in between, the first attempt only reports that.
	n := parseNote(p.notes[len(p.notes)-1], c.base)
	n.URL, n.Last, n.Asked = "", true, false
	again.Resume = n.text()
	s.forget()
	_, err = c.Upload(coretest.Limited(t), again, p)
	coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
	if posts, _ := s.count(http.MethodPost); posts != 0 || !parseNote(p.note(), c.base).Asked {
		t.Errorf("%d POST, note %s", posts, p.note())
	}
	again.Resume = p.note()
	r, err = c.Upload(coretest.Limited(t), again, p)
	wantReceipt(t, r, err, data)
}

// The joined file is asked for again until there is a receipt. Refused parts stay as they
// are.
func TestFinalUpload(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts)
	s := newServer(t, func(s *server) { s.checked = true })
	c, p := s.newClient(t, inParts(4)), &progress{}
	busy := func(method string, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			together := p.finished > 0 && r.Method == method
			return together && answers(status)(w, r)
		}
	}
	s.set(busy(http.MethodPost, http.StatusServiceUnavailable))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	if n := parseNote(p.note(), c.base); n.Last || len(n.Parts) != 4 {
		t.Errorf("note %s", p.note())
	}
	again := transfer
	again.Resume = p.note()
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		final := p.finished > 1 && r.Method == http.MethodHead
		return final && answers(http.StatusServiceUnavailable)(w, r)
	})
	_, err = c.Upload(coretest.Limited(t), again, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	s.set(nil)
	s.forget()
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, p)
	wantReceipt(t, r, err, data)
	s.only(t, data)
	if posts, _ := s.count(http.MethodPost); posts != 0 {
		t.Errorf("%d POST", posts)
	}
	// The server says that the file is incomplete.
	s.set(after(0, http.MethodHead, func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Upload-Offset", "5")
		return true
	}))
	_, err = c.Upload(coretest.Limited(t), again, p)
	coretest.Want(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeUnknown)
	s.set(after(0, http.MethodHead, answers(http.StatusGone)))
	_, err = c.Upload(coretest.Limited(t), again, p)
	coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
	// Another digest than ours: everything is given up, the parts too.
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		return strings.HasPrefix(r.Header.Get("Upload-Concat"), final) && answers(statusChecksumMismatch)(w, r)
	})
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindIntegrity, core.CodeChecksumMismatch, core.OutcomeAnswered)
	if p.note() != "" {
		t.Errorf("note %s", p.note())
	}
	s.set(nil)
	r, err = c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
}

// All parts of a cancelled upload are deleted.
func TestTerminateParts(t *testing.T) {
	transfer, _ := newTransfer(t, "a", someParts)
	s := newServer(t, nil)
	c, p := s.newClient(t, inParts(4)), &progress{onEnd: func() error { return errors.New("stop") }}
	_, _ = c.Upload(coretest.Limited(t), transfer, p)
	n := parseNote(p.note(), c.base)
	transfer.Resume = p.note()
	if err := c.Terminate(coretest.Limited(t), transfer); err != nil {
		t.Fatal(err)
	}
	for _, part := range n.Parts {
		if s.file(part.URL) != nil {
			t.Errorf("%s is still there", part.URL)
		}
	}
}

func TestHowManyParts(t *testing.T) {
	const long, short = 50 * time.Millisecond, time.Millisecond
	all, none := Offer{Offered: true, Concatenation: true}, Offer{Offered: true}
	for _, tt := range []struct {
		set    int
		size   int64
		offer  Offer
		trip   time.Duration
		active int32
		want   int
	}{
		{0, partsLimit, all, long, 1, 8}, {0, partsLimit, all, long, 3, 2}, {0, partsLimit, all, long, 20, 1}, {0, partsLimit - 1, all, long, 1, 1},
		{0, partsLimit, all, short, 1, 1}, {0, partsLimit, none, long, 1, 1}, {1, partsLimit, all, long, 1, 1}, {3, partsLimit, all, short, 9, 3},
		{1000, partsLimit, all, long, 1, maxParts},
	} {
		c := &Client{cfg: Config{Parts: tt.set, partsFrom: partsLimit}}
		c.active.Store(tt.active)
		if got := c.parts(tt.size, tt.offer, tt.trip); got != tt.want {
			t.Errorf("%+v gave %d", tt, got)
		}
	}
	for _, size := range []int64{8, 100, 1<<40 + 7} {
		at := int64(0)
		for _, p := range split(size, 8) {
			if p.From != at || p.To-p.From < size/8 || p.To-p.From > size/8+1 {
				t.Errorf("%d: %+v", size, p)
			}
			at = p.To
		}
		if at != size {
			t.Error(fmt.Sprint(size, at))
		}
	}
}
