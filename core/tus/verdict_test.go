package tus

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// acceptedOnly checks that the receipt is of an upload that the hook accepted, and that the
// server has nothing else.
func (s *server) acceptedOnly(t *testing.T, r core.Receipt, data []byte) {
	t.Helper()
	s.only(t, data)
	if id := path.Base(s.uploads(t)[0]); !s.accepted[id] || r.FileID != id {
		t.Errorf("the receipt is of %s, the server has %s, accepted %v", r.FileID, id, s.accepted)
	}
}

// A hook's refusal of a complete upload is recognised, whatever its status: the file never
// counts as stored because it is complete, the upload is deleted, and only a new upload, which is
// judged again, can store the file.
func TestHookRefuses(t *testing.T) {
	for _, tt := range []struct {
		status int
		kind   core.Kind
		code   core.Code
	}{
		{400, core.KindServer, core.CodeRejected}, {401, core.KindServer, core.CodeRejected}, {402, core.KindServer, core.CodeRejected},
		{403, core.KindServer, core.CodeRejected}, {404, core.KindServer, core.CodeRejected}, {405, core.KindServer, core.CodeRejected},
		{409, core.KindServer, core.CodeRejected}, {410, core.KindServer, core.CodeRejected}, {413, core.KindServer, core.CodeTooLarge},
		{415, core.KindServer, core.CodeRejected}, {418, core.KindServer, core.CodeRejected}, {422, core.KindServer, core.CodeRejected},
		{451, core.KindServer, core.CodeRejected}, {423, core.KindServer, core.CodeKeyInProgress}, {429, core.KindServer, core.CodeServerBusy},
		{460, core.KindIntegrity, core.CodeChecksumMismatch},
		{500, core.KindServer, core.CodeServerFailure}, {501, core.KindServer, core.CodeUnexpected}, {507, core.KindServer, core.CodeStorageFull},
	} {
		for _, size := range []int{1000, 2<<20 + 3} {
			t.Run(fmt.Sprintf("%d to %d bytes", tt.status, size), func(t *testing.T) {
				transfer, data := newTransfer(t, "a", size)
				s := newServer(t, func(s *server) { s.judge = says(tt.status) })
				c, p := s.newClient(t, nil), &progress{}
				for range 3 { // the same command again
					s.forget()
					_, err := c.Upload(coretest.Limited(t), transfer, p)
					e := coretest.WantError(t, err, tt.kind, tt.code, core.OutcomeAnswered)
					if want := map[bool]string{true: "hook failed", false: "virus found"}[tt.status == 500]; e.Status != tt.status || !strings.Contains(e.ServerText, want) {
						t.Errorf("%+v", e)
					}
					if posts, _ := s.count(http.MethodPost); posts != 1 {
						t.Errorf("%d new uploads", posts)
					}
					if n := parseNote(p.note(), c.base); len(s.uploads(t)) != 0 || len(n.urls()) != 0 || n.No != tt.status {
						t.Errorf("note %s, %d uploads", p.note(), len(s.uploads(t)))
					}
					transfer.Resume = p.note()
				}
				s.setJudge(nil)
				r, err := c.Upload(coretest.Limited(t), transfer, p)
				wantReceipt(t, r, err, data)
				s.acceptedOnly(t, r, data)
			})
		}
	}
}

// The answer of a gateway that lost the server decides nothing: the outcome is unknown. If the
// user sends again, a new upload begins and the old one, which may be stored, is left alone.
func TestGatewayLosesTheVerdict(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	for _, status := range []int{0, 502, 503, 504} {
		for _, no := range []int{0, 422} {
			s := newServer(t, func(s *server) { s.judge = says(no) })
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPatch || r.Header.Get("Repr-Digest") == "" {
					return false
				}
				s.serve(httptest.NewRecorder(), r)
				if status == 0 {
					hangUp(w, r)
				}
				return answers(status)(w, r)
			})
			c, p := s.newClient(t, nil), &progress{}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
			if n := len(s.uploads(t)); n != 1 {
				t.Errorf("%d uploads", n)
			}
			s.set(nil)
			again := transfer
			again.Resume = p.note()
			r, err := c.Upload(coretest.Limited(t), again, p)
			if deletes, _ := s.count(http.MethodDelete); deletes > 0 && no == 0 {
				t.Errorf("%d DELETE of what may be stored", deletes)
			}
			if n := len(s.accepted); no == 0 {
				wantReceipt(t, r, err, data)
				if n != 2 || !s.accepted[r.FileID] {
					t.Errorf("%+v, accepted %v", r, s.accepted)
				}
			} else if core.CodeOf(err) != core.CodeRejected || n != 0 {
				t.Errorf("%v, accepted %v", err, s.accepted)
			}
		}
	}
}

// If the profile or the server says that no hook judges, a complete upload is a stored file. The
// server is asked for that now, and an earlier answer doesn't count.
func TestCompleteIsStored(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	lose := func(s *server) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodOptions {
				w.Header().Set("Tus-Promise", "x, Complete-Is-Stored")
			}
			if r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "" {
				s.serve(httptest.NewRecorder(), r)
				hangUp(w, r)
			}
			return false
		}
	}
	s := newServer(t, nil)
	s.set(lose(s))
	c := s.newClient(t, nil)
	r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, data)
	s.acceptedOnly(t, r, data)

	// Hooks are added after the client has asked.
	s = newServer(t, func(s *server) { s.judge = says(422) })
	s.set(after(0, http.MethodOptions, lose(s)))
	c, p := s.newClient(t, nil), &progress{}
	if offer, err := c.Offer(coretest.Limited(t)); err != nil || !offer.CompleteIsStored {
		t.Fatalf("%+v, %v", offer, err)
	}
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method != http.MethodOptions && lose(s)(w, r)
	})
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)

	// If the server can't be asked, the next attempt asks.
	s = newServer(t, nil)
	c, p = s.newClient(t, nil), &progress{}
	s.set(lose(s))
	if _, err := c.Offer(coretest.Limited(t)); err != nil {
		t.Fatal(err)
	}
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodOptions {
			return answers(http.StatusServiceUnavailable)(w, r)
		}
		return lose(s)(w, r)
	})
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	if e := core.AsError(err); e == nil || e.Outcome == core.OutcomeUnknown {
		t.Fatalf("got %v", err)
	}
	s.set(lose(s))
	transfer.Resume = p.note()
	r, err = c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
	s.acceptedOnly(t, r, data)
}

// A note from before acceptance was kept in notes leaves the outcome unknown.
func TestOldNoteOfACompleteUpload(t *testing.T) {
	transfer, data := newTransfer(t, "a", 1000)
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	r, err := c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
	n := parseNote(p.note(), c.base)
	if !n.Accepted {
		t.Errorf("note %s", p.note())
	}
	n.Accepted = false
	transfer.Resume = n.text()
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
}

// If the upload is gone when its last bytes are sent, a new one begins. If earlier last bytes may
// have been accepted, the outcome is unknown.
func TestFinishedUploadIsGone(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		for _, lost := range []bool{false, true} {
			s := newServer(t, nil)
			c, p := s.newClient(t, nil), &progress{}
			again := transfer
			last := func(r *http.Request) bool { return r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "" }
			if lost {
				s.set(func(w http.ResponseWriter, r *http.Request) bool {
					return last(r) && answers(http.StatusGatewayTimeout)(w, r)
				})
				_, err := c.Upload(coretest.Limited(t), again, p)
				coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeCutOff)
				again.Resume = p.note()
			}
			came := false
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				came = came || last(r)
				return came && answers(status)(w, r)
			})
			_, err := c.Upload(coretest.Limited(t), again, p)
			if lost {
				coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
				continue
			}
			coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
			s.set(nil)
			again.Resume = p.note()
			r, err := c.Upload(coretest.Limited(t), again, p)
			wantReceipt(t, r, err, data)
		}
	}
}

// The server's answer may be about a request that was overtaken by an earlier one whose answer was
// lost: nothing is deleted that may be stored.
func TestEarlierRequestArrivesLate(t *testing.T) {
	file, _ := newTransfer(t, "a", 2<<20)
	for _, status := range []int{400, 401, 403, 404, 408, 409, 413, 423, 429, 500, 507} {
		transfer := file
		s := newServer(t, nil)
		c, p := s.newClient(t, nil), &progress{}
		n := 0
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodPatch || r.Header.Get("Repr-Digest") == "" {
				return false
			}
			if n++; n == 1 { // read by a gateway, which holds it back
				return answers(http.StatusGatewayTimeout)(w, r)
			}
			s.serve(httptest.NewRecorder(), r) // now the held-back one
			return answers(status)(w, r)
		})
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeCutOff)
		transfer.Resume = p.note()
		_, err = c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
		if deletes, _ := s.count(http.MethodDelete); deletes != 0 || len(s.uploads(t)) != 1 {
			t.Errorf("%d: %d DELETE, %d uploads", status, deletes, len(s.uploads(t)))
		}
	}
}

// Messages about two requests for the same upload say nothing about the file, and the next attempt
// tries again. If the upload is complete, the outcome is unknown.
func TestRequestsThatCross(t *testing.T) {
	file, data := newTransfer(t, "a", 2<<20)
	for _, tt := range []struct {
		status int
		words  string
	}{
		{400, "ERR_UPLOAD_INTERRUPTED: upload has been interrupted by another request for this upload resource\n"},
		{400, "Request aborted due to lock acquired"}, {500, "failed to acquire lock before timeout"},
		{500, "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout"}, {500, "ERR_CONNECTION_RESET: TCP connection reset by peer"},
		{400, "ERR_UNEXPECTED_EOF: server expected to receive more bytes"},
	} {
		for _, whole := range []bool{true, false} {
			transfer := file
			s := newServer(t, nil)
			s.set(after(1, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool {
				if whole {
					s.serve(httptest.NewRecorder(), r)
				}
				_, _ = io.Copy(io.Discard, r.Body)
				http.Error(w, tt.words, tt.status)
				return true
			}))
			c, p := s.newClient(t, nil), &progress{}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			if whole {
				coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
				continue
			}
			code := core.CodeServerBusy
			if strings.Contains(tt.words, "failed to acquire lock") {
				code = core.CodeKeyInProgress
			}
			if e := core.AsError(err); e == nil || e.Code != code || e.Outcome == core.OutcomeUnknown {
				t.Fatalf("%s: %v", tt.words, err)
			}
			transfer.Resume = p.note()
			r, err := c.Upload(coretest.Limited(t), transfer, p)
			wantReceipt(t, r, err, data)
			s.acceptedOnly(t, r, data)
		}
	}
}

// A success without an offset counts if the upload is complete.
func TestYesWithoutOffset(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	for _, whole := range []bool{true, false} {
		s := newServer(t, nil)
		s.set(after(1, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool {
			if whole {
				s.serve(httptest.NewRecorder(), r)
			}
			return answers(http.StatusNoContent)(w, r)
		}))
		c, p := s.newClient(t, nil), &progress{}
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		if !whole {
			coretest.Want(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeCutOff)
			if n := parseNote(p.note(), c.base); n.Accepted {
				t.Errorf("note %s", p.note())
			}
			continue
		}
		wantReceipt(t, r, err, data)
		s.acceptedOnly(t, r, data)
	}
}

// An acceptance is of the bytes that the server had: if it has lost some of them, those sent in
// their place are judged again.
func TestAcceptedUploadLosesBytes(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 2<<20)
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	s.set(after(0, http.MethodGet, answers(http.StatusServiceUnavailable)))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	if !parseNote(p.note(), c.base).Accepted {
		t.Errorf("note %s", p.note())
	}
	if err := os.Truncate(s.uploads(t)[0], 1<<20); err != nil {
		t.Fatal(err)
	}
	s.setJudge(says(422))
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			s.serve(httptest.NewRecorder(), r)
			hangUp(w, r)
		}
		return false
	})
	transfer.Resume = p.note()
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
}
