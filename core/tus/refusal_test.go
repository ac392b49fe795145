package tus

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A piece that arrives damaged, or that the server wants from another offset, is sent
// again. If that goes on, the attempt ends.
func TestDisputes(t *testing.T) {
	const size = 3 << 20
	transfer, data := newTransfer(t, "a", size)
	for _, status := range []int{http.StatusConflict, statusChecksumMismatch} {
		for _, times := range []int{1, 2} {
			s := newServer(t, func(s *server) { s.checked = true })
			left := times
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if left--; r.Method == http.MethodPatch && left >= 0 {
					return answers(status)(w, r)
				}
				left += map[bool]int{true: 1}[r.Method != http.MethodPatch]
				return false
			})
			p := &progress{}
			r, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, p)
			wantReceipt(t, r, err, data)
			s.only(t, data)
			if last := p.sent[len(p.sent)-1]; last != size {
				t.Errorf("progress ended at %d", last)
			}
		}
	}
}

func TestDisputeWithoutEnd(t *testing.T) {
	transfer, data := newTransfer(t, "a", 3<<20)
	for _, tt := range []struct {
		status  int
		last    bool // only the last bytes are disputed
		kind    core.Kind
		code    core.Code
		patches int
	}{
		{http.StatusConflict, false, core.KindServer, core.CodeServerFailure, 3},
		{statusChecksumMismatch, false, core.KindIntegrity, core.CodeChecksumMismatch, 3},
		{statusChecksumMismatch, true, core.KindIntegrity, core.CodeChecksumMismatch, 4},
	} {
		s := newServer(t, func(s *server) { s.checked = true })
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodPatch && (!tt.last || r.Header.Get("Repr-Digest") != "") && answers(tt.status)(w, r)
		})
		c, p := s.newClient(t, nil), &progress{}
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, tt.kind, tt.code, core.OutcomeAnswered)
		if n, _ := s.count(http.MethodPatch); n != tt.patches {
			t.Errorf("%d PATCH, want %d", n, tt.patches)
		}
		// An upload that the server refuses as a whole is given up on both sides.
		if (p.note() == "") != tt.last || (len(s.uploads(t)) == 0) != tt.last {
			t.Errorf("note %q, %d uploads", p.note(), len(s.uploads(t)))
		}
		s.set(nil)
		transfer.Resume = p.note()
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		wantReceipt(t, r, err, data)
		s.only(t, data)
	}
}

// If a server that is asked for a new upload returns one that it has already (as it knows
// the Idempotency-Key), it is asked for that upload's offset.
func TestKnownUploadInsteadOfANewOne(t *testing.T) {
	s := newServer(t, nil)
	c, p := s.newClient(t, completeIsStored), &progress{}
	transfer, data := newTransfer(t, "a", 5<<20)
	s.set(after(0, http.MethodPatch, s.cutAfter(1<<20)))
	_, _ = c.Upload(coretest.Limited(t), transfer, p)
	known := parseNote(p.note(), c.base).URL
	for _, said := range []string{"", "", "5242880"} { // from the second time on it is complete
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				w.Header().Set("Location", known)
				if said != "" {
					w.Header().Set("Upload-Offset", said)
				}
				w.WriteHeader(http.StatusCreated)
			}
			return r.Method == http.MethodPost
		})
		r, err := c.Upload(coretest.Limited(t), transfer, &progress{})
		wantReceipt(t, r, err, data)
		s.only(t, data)
	}
}

// After an answer to HEAD that makes no sense the upload is forgotten, unless the server
// may have the whole file.
func TestNonsense(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 1000)
	for _, tt := range []struct{ offset, length string }{
		{"", ""}, {"-1", ""}, {"1e3", ""}, {"1001", ""}, {"99999999999999999999", ""}, {"0x10", ""}, {"１", ""}, {"5", "999"}, {"5", "abc"},
	} {
		for _, last := range []bool{false, true} {
			s := newServer(t, nil)
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodHead {
					return false
				}
				w.Header().Set("Upload-Offset", tt.offset)
				if tt.length != "" {
					w.Header().Set("Upload-Length", tt.length)
				}
				return true
			})
			c, p := s.newClient(t, nil), &progress{}
			n := newNote(transfer.Source)
			n.URL, n.Last = s.URL+"/files/1", last
			again := transfer
			again.Resume = n.text()
			_, err := c.Upload(coretest.Limited(t), again, p)
			outcome := map[bool]core.Outcome{false: core.OutcomeAnswered, true: core.OutcomeUnknown}[last]
			coretest.Want(t, err, core.KindServer, core.CodeAnswerInvalid, outcome)
			if forgotten := len(p.notes) == 1 && p.note() == ""; forgotten == last {
				t.Errorf("%+v: notes %q", tt, p.notes)
			}
			if patches, _ := s.count(http.MethodPatch); patches != 0 {
				t.Error("something was sent")
			}
		}
	}
}

// Answers to PATCH with another offset than they should have.
func TestPatchAnswers(t *testing.T) {
	transfer, data := newTransfer(t, "a", 3<<20)
	for _, tt := range []struct {
		offset string
		code   core.Code // "" if the attempt succeeds all the same
	}{{"", core.CodeAnswerInvalid}, {"x", core.CodeAnswerInvalid}, {"5", ""}, {"99999999", ""}} {
		s := newServer(t, nil)
		s.set(after(0, http.MethodPatch, func(w http.ResponseWriter, r *http.Request) bool {
			s.serve(httptest.NewRecorder(), r)
			w.Header().Set("Upload-Offset", tt.offset)
			w.WriteHeader(http.StatusNoContent)
			return true
		}))
		c, p := s.newClient(t, nil), &progress{}
		r, err := c.Upload(coretest.Limited(t), transfer, p)
		if tt.code != "" {
			coretest.Want(t, err, core.KindServer, tt.code, core.OutcomeCutOff)
			transfer.Resume = p.note()
			r, err = c.Upload(coretest.Limited(t), transfer, p)
			transfer.Resume = ""
		}
		wantReceipt(t, r, err, data)
		s.only(t, data)
	}
}

// A server that reports a wrong file, or can't return it, is not trusted.
func TestServerThatLies(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 2<<20)
	give := func(n int, status int) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				w.WriteHeader(status)
				_, _ = w.Write(make([]byte, n))
			}
			return r.Method == http.MethodGet
		}
	}
	claim := func(digest string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead {
				w.Header().Set("Repr-Digest", digest)
			}
			return false
		}
	}
	for _, tt := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request) bool
		kind  core.Kind
		code  core.Code
		kept  bool // the upload stays
	}{
		{"another digest", claim("sha-256=:" + strings.Repeat("A", 43) + "=:"), core.KindIntegrity, core.CodeChecksumMismatch, false},
		{"no digest at all", claim("sha-256=:AAAA:"), core.KindIntegrity, core.CodeChecksumMismatch, false},
		{"other content", give(2<<20, 200), core.KindIntegrity, core.CodeChecksumMismatch, false},
		{"less content", give(100, 200), core.KindIntegrity, core.CodeChecksumMismatch, false},
		{"more content", give(2<<20+1, 200), core.KindIntegrity, core.CodeChecksumMismatch, false},
		{"gives nothing back", give(0, 403), core.KindIntegrity, core.CodeChecksumMissing, true},
		{"has no such call", give(0, 405), core.KindIntegrity, core.CodeChecksumMissing, true},
		{"is busy", give(0, 503), core.KindServer, core.CodeServerBusy, true},
		{"wants another token", give(0, 401), core.KindAuth, core.CodeTokenRejected, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, nil)
			s.set(tt.fault)
			p := &progress{}
			_, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, tt.kind, tt.code, core.OutcomeAnswered)
			if (p.note() != "") != tt.kept || (len(s.uploads(t)) == 1) != tt.kept {
				t.Errorf("note %q, %d uploads", p.note(), len(s.uploads(t)))
			}
		})
	}
}

// If the connection breaks while a file is read back, it is read again.
func TestReadBackIsCut(t *testing.T) {
	transfer, data := newTransfer(t, "a", 3<<20)
	s := newServer(t, nil)
	s.set(after(0, http.MethodGet, func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		_, _ = w.Write(data[:1<<20])
		hangUp(w, r)
		return true
	}))
	c, p := s.newClient(t, nil), &progress{}
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
	again := transfer
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, p)
	wantReceipt(t, r, err, data)
	if _, sent := s.count(http.MethodPatch); sent != int64(len(data)) {
		t.Errorf("%d bytes were sent", sent)
	}
}

// If the upload's address is on another server, nothing is sent there.
func TestLocationElsewhere(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 1000)
	visited := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited = true }))
	defer elsewhere.Close()
	for _, location := range []string{"", elsewhere.URL + "/files/1", "//elsewhere.example/x", "/", "/files/", strings.Repeat("x", 3000), "https://user:pw@127.0.0.1/x", "https://[::1"} {
		s := newServer(t, nil)
		s.set(after(0, http.MethodPost, func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusCreated)
			return true
		}))
		_, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
		coretest.Want(t, err, core.KindServer, core.CodeAnswerInvalid, core.OutcomeAnswered)
		if strings.Contains(err.Error(), "pw") {
			t.Errorf("too much is said: %v", err)
		}
	}
	s := newServer(t, nil)
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}
		return r.Method == http.MethodPatch
	})
	_, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeRedirect, core.OutcomeAnswered)
	if visited {
		t.Error("the other server was visited")
	}
}

// A token that is refused in the middle is dropped, and the next attempt resumes.
func TestTokenExpiresInTheMiddle(t *testing.T) {
	const size = 3 << 20
	s := newServer(t, nil)
	tokens := &coretest.Tokens{}
	c, p := s.newClient(t, func(cfg *Config) { cfg.Tokens = tokens }), &progress{}
	transfer, data := newTransfer(t, "a", size)
	s.set(after(1, http.MethodPatch, answers(http.StatusUnauthorized)))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindAuth, core.CodeTokenRejected, core.OutcomeAnswered)
	if len(tokens.Dropped()) != 1 {
		t.Errorf("%d tokens dropped", len(tokens.Dropped()))
	}
	s.forget()
	again := transfer
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, &progress{})
	wantReceipt(t, r, err, data)
	if _, sent := s.count(http.MethodPatch); sent != lastBytes {
		t.Errorf("%d bytes were sent again", sent)
	}
}

func TestRefusals(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 1000)
	for _, tt := range []struct {
		method string
		status int
		kind   core.Kind
		code   core.Code
	}{
		{http.MethodPost, 404, core.KindServer, core.CodeUnexpected},
		{http.MethodPost, 412, core.KindServer, core.CodeUnexpected},
		{http.MethodPost, 413, core.KindServer, core.CodeTooLarge},
		{http.MethodPost, 421, core.KindServer, core.CodeUnexpected},
		{http.MethodPatch, 403, core.KindServer, core.CodeForbidden},
		{http.MethodPatch, 423, core.KindServer, core.CodeKeyInProgress},
		{http.MethodPatch, 507, core.KindServer, core.CodeStorageFull},
	} {
		s := newServer(t, nil)
		s.set(after(0, tt.method, answers(tt.status)))
		_, err := s.newClient(t, nil).Upload(coretest.Limited(t), transfer, &progress{})
		if e := coretest.WantError(t, err, tt.kind, tt.code, core.OutcomeAnswered); e.Status != tt.status {
			t.Errorf("%+v", e)
		}
	}
}

// An empty file is complete once it is created. If that answer is lost, the outcome is
// unknown.
func TestEmptyFile(t *testing.T) {
	transfer, data := newTransfer(t, "a", 0)
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	s.set(after(0, http.MethodPost, func(w http.ResponseWriter, r *http.Request) bool {
		s.serve(httptest.NewRecorder(), r)
		hangUp(w, r)
		return true
	}))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
	if n := len(s.uploads(t)); n != 1 || len(p.notes) != 0 {
		t.Errorf("%d uploads, notes %q", n, p.notes)
	}
	s.set(after(0, http.MethodHead, answers(http.StatusServiceUnavailable)))
	_, err = c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
	again := transfer
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, p)
	wantReceipt(t, r, err, data)
}

// Failures before anything was sent are "not processed" or "cut off".
func TestNobodyThere(t *testing.T) {
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	transfer, _ := newTransfer(t, "a", 1000)
	s.set(after(0, http.MethodPost, func(w http.ResponseWriter, r *http.Request) bool { hangUp(w, r); return true }))
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
	s.Close()
	c = s.newClient(t, nil)
	_, err = c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
	if link := c.Link(); link.State != core.LinkFailed {
		t.Errorf("%+v", link)
	}
	_, err = c.Upload(coretest.Limited(t), core.Transfer{Source: core.Source{Path: filepath.Join(t.TempDir(), "x")}}, &progress{})
	coretest.Want(t, err, core.KindFile, core.CodeFileMissing, core.OutcomeNotProcessed)
	tokens := &coretest.Tokens{Err: &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused, Op: "fetch token", Message: "No."}}
	_, err = s.newClient(t, func(cfg *Config) { cfg.Tokens = tokens }).Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindAuth, core.CodeSignInRefused, core.OutcomeNotProcessed)
}
