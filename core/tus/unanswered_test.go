package tus

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// refusals lists statuses that a server, a firewall or a gateway may answer to a question
// for the offset. Whatever the status, it is about that upload only.
func refusals() []int {
	return []int{400, 401, 402, 403, 405, 406, 409, 412, 414, 415, 422, 431, 451, 501}
}

// begun leaves an upload of which the server has a part.
func (s *server) begun(t *testing.T, c *Client, transfer core.Transfer) core.Transfer {
	t.Helper()
	p := &progress{}
	s.set(after(0, http.MethodPatch, s.cutAfter(1<<20)))
	if _, err := c.Upload(coretest.Limited(t), transfer, p); err == nil {
		t.Fatal("the connection was not cut")
	}
	s.set(nil)
	transfer.Resume = p.note()
	return transfer
}

// heads answers HEAD for one path with a status.
func heads(path string, status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		return r.Method == http.MethodHead && r.URL.Path == path && answers(status)(w, r)
	}
}

// If the server refuses to tell an upload's offset, it is asked again, and in the end a new
// upload replaces the old one.
func TestRefusedQuestion(t *testing.T) {
	file, data := newTransfer(t, "a", 3<<20)
	for _, status := range refusals() {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			s := newServer(t, nil)
			c := s.newClient(t, nil)
			transfer := s.begun(t, c, file)
			s.set(heads(s.last(t, http.MethodPatch).path, status))
			for n := 1; n < maxUnanswered; n++ {
				p := &progress{}
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				if e := coretest.WantError(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered); e.Status != status {
					t.Errorf("%+v", e)
				}
				transfer.Resume = p.note()
			}
			if posts, _ := s.count(http.MethodPost); posts != 1 {
				t.Errorf("%d uploads were begun", posts)
			}
			r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
			wantReceipt(t, r, err, data)
			s.only(t, data) // the other one is deleted
		})
	}
}

// If the server answers again, it is sent what it lacks, and the count begins again.
func TestRefusedQuestionIsAnsweredLater(t *testing.T) {
	file, data := newTransfer(t, "a", 4<<20)
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	transfer := s.begun(t, c, file)
	path := s.last(t, http.MethodPatch).path
	for range 2 * maxUnanswered {
		p := &progress{}
		s.set(heads(path, http.StatusForbidden))
		if _, err := c.Upload(coretest.Limited(t), transfer, p); err == nil {
			t.Fatal("nothing was refused")
		}
		transfer.Resume = p.note()
		p = &progress{}
		s.set(after(0, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool { hangUp(w, r); return true }))
		if _, err := c.Upload(coretest.Limited(t), transfer, p); err == nil {
			t.Fatal("the connection was not cut")
		}
		transfer.Resume = p.note()
	}
	s.set(nil)
	s.forget()
	r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	wantReceipt(t, r, err, data)
	if _, sent := s.count(http.MethodPatch); sent != 3<<20 {
		t.Errorf("%d bytes were sent again", sent)
	}
}

// If the server takes no new upload either, it refuses the account: the old upload is kept.
func TestRefusedQuestionOfTheAccount(t *testing.T) {
	file, data := newTransfer(t, "a", 3<<20)
	for status, kind := range map[int]core.Kind{http.StatusUnauthorized: core.KindAuth, http.StatusForbidden: core.KindServer} {
		s := newServer(t, nil)
		c := s.newClient(t, nil)
		transfer := s.begun(t, c, file)
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method != http.MethodOptions && answers(status)(w, r)
		})
		for n := 1; n <= maxUnanswered+2; n++ {
			p := &progress{}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			if e := core.AsError(err); e == nil || n >= maxUnanswered && (e.Kind != kind || e.Code == core.CodeServerFailure) {
				t.Errorf("attempt %d: %v", n, err)
			}
			if len(p.notes) > 0 {
				transfer.Resume = p.note()
			}
		}
		s.set(nil)
		s.forget()
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		if _, sent := s.count(http.MethodPatch); sent != 2<<20 {
			t.Errorf("%d: %d bytes were sent again", status, sent)
		}
	}
}

// If the last bytes of the upload had been sent, the outcome is unknown, and it is kept.
func TestRefusedQuestionAboutTheEnd(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "" {
			return answers(http.StatusGatewayTimeout)(w, r)
		}
		return r.Method == http.MethodHead && answers(http.StatusForbidden)(w, r)
	})
	for n := 1; ; n++ {
		p := &progress{}
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		transfer.Resume = p.note()
		if core.AsError(err).Outcome == core.OutcomeUnknown {
			if n < maxUnanswered || n > maxUnanswered+1 {
				t.Errorf("unknown after %d attempts", n)
			}
			break
		}
		if n > 2*maxUnanswered {
			t.Fatal(err)
		}
	}
	if n := len(s.uploads(t)); n != 1 {
		t.Errorf("%d uploads", n)
	}
	s.set(nil)
	r, err := c.Upload(coretest.Limited(t), transfer, &progress{}) // the user has decided
	wantReceipt(t, r, err, data)
	if n := len(s.uploads(t)); n != 2 {
		t.Errorf("%d uploads: what may be a stored file was deleted", n)
	}
}

// If one part can't be asked about, only that part begins again.
func TestRefusedQuestionAboutAPart(t *testing.T) {
	file, data := newTransfer(t, "a", 8<<20)
	s := newServer(t, nil)
	c := s.newClient(t, inParts(4))
	p := &progress{}
	s.set(after(3, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool { hangUp(w, r); return true }))
	if _, err := c.Upload(coretest.Limited(t), file, p); err == nil {
		t.Fatal("the connection was not cut")
	}
	file.Resume = p.note()
	s.set(heads(s.last(t, http.MethodPatch).path, http.StatusForbidden))
	s.forget()
	for n := 1; n < maxUnanswered; n++ {
		p = &progress{}
		_, err := c.Upload(coretest.Limited(t), file, p)
		coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
		file.Resume = p.note()
	}
	r, err := c.Upload(coretest.Limited(t), file, &progress{})
	wantReceipt(t, r, err, data)
	posts, _ := s.count(http.MethodPost)
	if _, sent := s.count(http.MethodPatch); posts != 2 || sent > 4<<20 { // one part, and the joined file
		t.Errorf("%d new uploads, %d bytes", posts, sent)
	}
}

// The file has changed: the upload of the old one is deleted, unless it may be a stored
// file.
func TestDroppedNoteDeletesItsUpload(t *testing.T) {
	for _, answered := range []bool{true, false} {
		file, data := newTransfer(t, "a", 3<<20)
		s := newServer(t, nil)
		c := s.newClient(t, nil)
		var transfer core.Transfer
		if answered {
			transfer = s.begun(t, c, file)
		} else {
			p := &progress{}
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "" {
					s.serve(httptest.NewRecorder(), r)
					hangUp(w, r)
				}
				return false
			})
			_, err := c.Upload(coretest.Limited(t), file, p)
			if core.AsError(err).Outcome != core.OutcomeUnknown {
				t.Fatal(err)
			}
			transfer = file
			transfer.Resume = p.note()
		}
		s.set(nil)
		n := parseNote(transfer.Resume, c.base)
		n.ModTime = n.ModTime.Add(-time.Second)
		transfer.Resume = n.text()
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		if n := len(s.uploads(t)); n != map[bool]int{true: 1, false: 2}[answered] {
			t.Errorf("answered %v: %d uploads", answered, n)
		}
	}
}

// tusd answers 423 or, to HEAD, 500 without a message while another request holds the
// upload. The client waits for that, and then resumes.
func TestLockedUpload(t *testing.T) {
	file, data := newTransfer(t, "a", 3<<20)
	for _, status := range []int{http.StatusLocked, http.StatusInternalServerError} {
		s := newServer(t, nil)
		c := s.newClient(t, nil)
		transfer := s.begun(t, c, file)
		s.set(heads(s.last(t, http.MethodPatch).path, status))
		for range 2 * maxUnanswered {
			p := &progress{}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindServer, core.CodeKeyInProgress, core.OutcomeAnswered)
			if len(p.notes) > 0 {
				t.Errorf("%d: notes %q", status, p.notes)
			}
		}
		s.set(nil)
		s.forget()
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		if _, sent := s.count(http.MethodPatch); sent != 2<<20 {
			t.Errorf("%d: %d bytes were sent again", status, sent)
		}
	}
}
