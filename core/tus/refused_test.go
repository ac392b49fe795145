package tus

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A refused upload that can't be deleted now is deleted later; the refusal does not wait for that.
func TestRefusedUploadStaysForAWhile(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"nobody answers": func(w http.ResponseWriter, r *http.Request) bool { hangUp(w, r); return true },
		"fails":          answers(http.StatusInternalServerError),
		"is locked":      answers(http.StatusLocked),
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.judge = says(422) })
			s.set(func(w http.ResponseWriter, r *http.Request) bool { return r.Method == http.MethodDelete && fault(w, r) })
			c, p := s.newClient(t, nil), &progress{}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
			n := parseNote(p.note(), c.base)
			if len(n.Refused) != 1 || len(n.live()) != 0 || len(s.uploads(t)) != 1 {
				t.Fatalf("note %s, %d uploads", p.note(), len(s.uploads(t)))
			}
			again := transfer
			again.Resume = p.note()
			// A server that returns the refused upload has refused again.
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPost {
					w.Header().Set("Location", n.Refused[0])
					w.WriteHeader(http.StatusCreated)
				}
				return r.Method == http.MethodPost || r.Method == http.MethodDelete && fault(w, r)
			})
			_, err = c.Upload(coretest.Limited(t), again, &progress{})
			coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
			s.set(nil)
			s.setJudge(nil)
			r, err := c.Upload(coretest.Limited(t), again, p)
			wantReceipt(t, r, err, data)
			s.acceptedOnly(t, r, data)
			// Terminate of an unwanted transfer also deletes it.
			s.set(after(0, http.MethodDelete, fault))
			s.setJudge(says(422))
			_, err = c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
			again.Resume = p.note()
			if err := c.Terminate(coretest.Limited(t), again); err != nil || len(s.uploads(t)) != 1 {
				t.Errorf("%v, %d uploads", err, len(s.uploads(t)))
			}
		})
	}
	// If the server never deletes uploads, the note doesn't keep them for
	// ever.
	s := newServer(t, func(s *server) { s.judge, s.without["termination"] = says(422), true })
	c, p := s.newClient(t, nil), &progress{}
	for n := range 2 {
		if n == 1 { // as @tus/server says it
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == http.MethodDelete && answers(http.StatusBadRequest)(w, r)
			})
		}
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		if n := parseNote(p.note(), c.base); len(n.urls()) != 0 {
			t.Errorf("note %s", p.note())
		}
		transfer.Resume = p.note()
	}
}

// Wherever the program crashes, a refusal that was received and kept stays: the next run begins a
// new upload, and what it reports as stored was accepted.
func TestCrashOfARefusedUpload(t *testing.T) {
	errCrash := errors.New("crash")
	transfer, data := newTransfer(t, "a", 2<<20)
	heard := 0
	for at := range 6 {
		s := newServer(t, func(s *server) { s.judge = says(422) })
		c, p := s.newClient(t, nil), &progress{}
		p.onNote = func(string) error {
			if len(p.notes) >= at {
				return errCrash
			}
			return nil
		}
		// The run of the program that crashes deletes nothing.
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodDelete && answers(http.StatusBadGateway)(w, r)
		})
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		if err == nil {
			t.Fatalf("%d notes: stored", at)
		}
		s.set(nil)
		again, q := transfer, &progress{}
		again.Resume = p.note()
		n := parseNote(p.note(), c.base)
		_, err = c.Upload(coretest.Limited(t), again, q)
		switch {
		case n.No != 0:
			heard++
			coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		case n.Last:
			coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
		default:
			coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		}
		s.setJudge(nil)
		again.Resume = q.note()
		r, err := c.Upload(coretest.Limited(t), again, q)
		wantReceipt(t, r, err, data)
		if !s.accepted[r.FileID] || len(s.accepted) != 1 {
			t.Errorf("%d notes: %+v, accepted %v", at, r, s.accepted)
		}
	}
	if heard < 2 {
		t.Errorf("only %d notes say no", heard)
	}
}

// A refusal is made durable before anything else is asked or done.
func TestRefusalIsKeptFirst(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 2<<20)
	for _, status := range []int{422, 500} {
		s := newServer(t, func(s *server) { s.judge = says(status) })
		c, p := s.newClient(t, nil), &progress{}
		kept := false
		p.onNote = func(text string) error {
			if n := parseNote(text, c.base); n.No == status && !kept {
				kept = true
				if heads, _ := s.count(http.MethodHead); heads > 0 || n.URL == "" {
					t.Errorf("%d HEAD before the note %s", heads, text)
				}
			}
			return nil
		}
		if _, err := c.Upload(coretest.Limited(t), transfer, p); err == nil || !kept {
			t.Errorf("%v, kept %v", err, kept)
		}
	}
}

// A refusal is kept even if the user stops the transfer at that moment.
func TestRefusedWhileStopping(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 2<<20)
	ctx, cancel := context.WithCancel(coretest.Limited(t))
	defer cancel()
	var refused atomic.Bool
	s := newServer(t, func(s *server) {
		s.judge = func(handler.FileInfo) int { refused.Store(true); return 422 }
	})
	c, p := s.newClient(t, func(cfg *Config) {
		cfg.Now = func() time.Time { // called when the answer has come
			if refused.Load() {
				cancel()
			}
			return time.Now()
		}
	}), &progress{}
	_, err := c.Upload(ctx, transfer, p)
	if n := parseNote(p.note(), c.base); core.CodeOf(err) != core.CodeRejected || n.No != 422 {
		t.Errorf("%v, note %s", err, p.note())
	}
}

// An empty file is judged when it is created.
func TestHookRefusesAnEmptyFile(t *testing.T) {
	transfer, data := newTransfer(t, "a", 0)
	for _, tt := range []struct {
		status int
		code   core.Code
	}{{422, core.CodeRejected}, {500, core.CodeServerFailure}} {
		s := newServer(t, func(s *server) { s.judge = says(tt.status) })
		c, p := s.newClient(t, nil), &progress{}
		for range 2 {
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindServer, tt.code, core.OutcomeAnswered)
			transfer.Resume = p.note()
		}
		s.setJudge(nil)
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		wantReceipt(t, r, err, data)
		if !s.accepted[r.FileID] || len(s.accepted) != 1 {
			t.Errorf("%+v, accepted %v", r, s.accepted)
		}
	}
}

// A hook may judge the joined file, or a part.
func TestHookRefusesParts(t *testing.T) {
	transfer, data := newTransfer(t, "a", someParts)
	parts := func(info handler.FileInfo) int { return map[bool]int{true: 422}[info.IsPartial] }
	for _, tt := range []struct {
		name  string
		judge func(handler.FileInfo) int
		code  core.Code
		left  int // parts
	}{
		{"the whole", says(422), core.CodeRejected, 0},
		{"a part", parts, core.CodeRejected, 0},
		{"the hook dies", says(500), core.CodeServerFailure, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, func(s *server) { s.judge = tt.judge })
			c, p := s.newClient(t, inParts(4)), &progress{}
			for range 2 {
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				coretest.Want(t, err, core.KindServer, tt.code, core.OutcomeAnswered)
				if n := parseNote(p.note(), c.base); len(n.urls()) != tt.left {
					t.Errorf("note %s", p.note())
				}
				transfer.Resume = p.note()
			}
			s.setJudge(nil)
			s.forget()
			r, err := c.Upload(coretest.Limited(t), transfer, p)
			wantReceipt(t, r, err, data)
			if _, sent := s.count(http.MethodPatch); !s.accepted[r.FileID] || (sent == 0) != (tt.left > 0) {
				t.Errorf("%+v, accepted %v, %d bytes were sent", r, s.accepted, sent)
			}
			transfer.Resume = ""
		})
	}
}

// A part is refused while the connection of another breaks: the refusal counts.
func TestRefusedPartAmongBrokenOnes(t *testing.T) {
	transfer, _ := newTransfer(t, "a", someParts)
	s := newServer(t, func(s *server) { s.judge = func(handler.FileInfo) int { return 422 } })
	c, p := s.newClient(t, inParts(4)), &progress{}
	broken := make(chan struct{})
	var n atomic.Int32
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPatch {
			return false
		}
		if n.Add(1) == 1 {
			defer time.AfterFunc(200*time.Millisecond, func() { close(broken) })
			hangUp(w, r)
		}
		<-broken
		return false
	})
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
	if n := parseNote(p.note(), c.base); len(n.urls()) != 0 || n.No != 422 {
		t.Errorf("note %s", p.note())
	}
}

// A refusal that was received counts, whatever the profile says about hooks.
func TestRefusalOutweighsTheProfile(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 2<<20)
	s := newServer(t, func(s *server) { s.judge = says(422) })
	c, p := s.newClient(t, completeIsStored), &progress{}
	// The upload can't be asked about right away.
	s.set(after(0, http.MethodHead, answers(http.StatusServiceUnavailable)))
	for range 3 {
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		transfer.Resume = p.note()
	}
}

// After the answer to the last bytes was lost, a status that the protocol doesn't use
// otherwise is still a hook's refusal. Any other leaves open which request completed the
// upload.
func TestRefusalAfterALostAnswer(t *testing.T) {
	file, _ := newTransfer(t, "a", 2<<20)
	for status, outcome := range map[int]core.Outcome{415: core.OutcomeAnswered, 422: core.OutcomeAnswered, 451: core.OutcomeAnswered,
		400: core.OutcomeUnknown, 403: core.OutcomeUnknown, 500: core.OutcomeUnknown} {
		transfer := file
		s := newServer(t, func(s *server) { s.judge = says(status) })
		c, p := s.newClient(t, nil), &progress{}
		s.set(after(1, http.MethodPatch, answers(http.StatusGatewayTimeout)))
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeCutOff)
		transfer.Resume = p.note()
		_, err = c.Upload(coretest.Limited(t), transfer, p)
		code := map[core.Outcome]core.Code{core.OutcomeAnswered: core.CodeRejected, core.OutcomeUnknown: core.CodeOutcomeUnknown}[outcome]
		coretest.Want(t, err, core.KindServer, code, outcome)
		if left := len(s.uploads(t)); (left == 0) != (outcome == core.OutcomeAnswered) {
			t.Errorf("%d: %d uploads are left", status, left)
		}
	}
}

// A server that recognises a file that it has refused returns the old upload. Its success
// does not mean that the file is accepted.
func TestRefusedFileIsGivenBack(t *testing.T) {
	for _, size := range []int{0, someParts} {
		transfer, data := newTransfer(t, "a", size)
		var refused string
		s := newServer(t, func(s *server) {
			s.judge = func(info handler.FileInfo) int {
				if info.IsPartial {
					return 0
				}
				refused = info.ID
				return 422
			}
		})
		c, p := s.newClient(t, inParts(3)), &progress{}
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			again := r.Method == http.MethodPost && r.Header.Get("Upload-Concat") != partial
			if again {
				w.Header().Set("Location", s.URL+"/files/"+refused)
				w.Header().Set("Idempotency-Replayed", "true")
				w.WriteHeader(http.StatusCreated)
			}
			return again
		})
		transfer.Resume = p.note()
		_, err = c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
		s.set(nil)
		s.setJudge(nil)
		transfer.Resume = p.note() // the user sends again
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		if size > 0 {
			coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
			transfer.Resume = p.note()
			r, err = c.Upload(coretest.Limited(t), transfer, p)
		}
		wantReceipt(t, r, err, data)
		if !s.accepted[r.FileID] {
			t.Errorf("%+v, accepted %v", r, s.accepted)
		}
	}
}

// A refusal is of one upload only. The next one, whose answers are lost, may be stored, and
// is neither deleted nor sent again without the user's decision.
func TestRefusalIsOfOneUpload(t *testing.T) {
	transfer, data := newTransfer(t, "a", 1)
	s := newServer(t, func(s *server) { s.judge = verdicts(http.StatusBadRequest) })
	by := noCut()
	by.answer = 207 // the question after the refused upload
	c := s.plain(t, by)
	// OPTIONS, POST, PATCH, HEAD, HEAD, DELETE, POST, and without an answer PATCH, HEAD.
	s.set(s.loses([]bool{7: true, 8: true}))
	if stored, decided := s.persist(t.Context(), t, c, transfer, data, 8); !stored || decided != 1 {
		t.Errorf("stored %v, the user decided %d times", stored, decided)
	}
}
