package tus

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/coretest"
)

// Wherever an attempt is cut off, the next one sends only what the server lacks.
func TestConnectionCut(t *testing.T) {
	const size = 5<<20 + 7
	transfer, data := newTransfer(t, "a", size)
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		for _, cut := range []int64{0, 1, 100, 64 << 10, 1 << 20, 2<<20 + 12345, size - lastBytes - 1} {
			t.Run(fmt.Sprintf("HTTP %s after %d bytes", version, cut), func(t *testing.T) {
				s := newServer(t, nil)
				s.set(after(0, http.MethodPatch, s.cutAfter(cut)))
				c := s.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
				p := &progress{}
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				e := core.AsError(err)
				if e == nil || e.Kind != core.KindNetwork || e.Outcome != core.OutcomeCutOff && e.Outcome != core.OutcomeNotProcessed {
					t.Fatalf("got %+v", e)
				}
				if p.finished != 0 {
					t.Error("it was finishing")
				}
				again, q := transfer, &progress{}
				again.Resume = p.note()
				s.forget()
				r, err := c.Upload(coretest.Limited(t), again, q)
				wantReceipt(t, r, err, data)
				s.only(t, data)
				if _, sent := s.count(http.MethodPatch); sent != size-cut || q.resumed != cut || q.sent[0] != cut {
					t.Errorf("sent %d bytes, resumed at %d, first report %d", sent, q.resumed, q.sent[0])
				}
				if posts, _ := s.count(http.MethodPost); posts != 0 {
					t.Errorf("%d new uploads", posts)
				}
			})
		}
	}
}

// The last bytes decide: if their answer is lost, the upload itself tells at once what
// happened, or the next attempt asks. That holds if no hook judges complete uploads.
func TestLastAnswerIsLost(t *testing.T) {
	const size = 3 << 20
	transfer, data := newTransfer(t, "a", size)
	for _, tt := range []struct {
		name   string
		stored int64 // of the last bytes
		answer int   // 0: none
		heads  bool  // HEAD is answered
	}{
		{"all stored", lastBytes, 0, true},
		{"all stored, and the server fails", lastBytes, http.StatusInternalServerError, true},
		{"half of them stored", lastBytes / 2, 0, true},
		{"all stored, nobody to be asked", lastBytes, 0, false},
		{"none stored, nobody to be asked", 0, http.StatusGatewayTimeout, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, nil)
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "":
					if tt.answer == 0 {
						s.cutAfter(tt.stored)(w, r)
					}
					if tt.stored > 0 {
						s.serve(httptest.NewRecorder(), r)
					}
					return answers(tt.answer)(w, r)
				case r.Method == http.MethodHead && !tt.heads:
					hangUp(w, r)
				}
				return false
			})
			c, p := s.newClient(t, completeIsStored), &progress{}
			r, err := c.Upload(coretest.Limited(t), transfer, p)
			if tt.stored == lastBytes && tt.heads {
				wantReceipt(t, r, err, data)
				return
			}
			if e := core.AsError(err); e == nil || e.Outcome != core.OutcomeCutOff {
				t.Fatalf("got %+v", e)
			}
			if n := parseNote(p.note(), c.base); n.Last && tt.heads || n.Accepted || n.No != 0 {
				t.Errorf("note %s", p.note())
			}
			s.set(nil)
			s.forget()
			again := transfer
			again.Resume = p.note()
			r, err = c.Upload(coretest.Limited(t), again, &progress{})
			wantReceipt(t, r, err, data)
			s.only(t, data)
			if _, sent := s.count(http.MethodPatch); sent != lastBytes-tt.stored {
				t.Errorf("%d bytes were sent again", sent)
			}
		})
	}
}

// Wherever the program crashes, the durable note leads to one complete file.
func TestCrash(t *testing.T) {
	errCrash := errors.New("crash")
	const size = 3 << 20
	transfer, data := newTransfer(t, "a", size)
	for _, tt := range []struct {
		name    string
		prepare func(*progress, context.CancelFunc)
		orphan  bool // an empty upload stays behind
	}{
		{"before the first note", func(p *progress, _ context.CancelFunc) {
			p.onNote = func(string) error { return errCrash }
		}, true},
		{"after the first note", func(p *progress, cancel context.CancelFunc) {
			p.onNote = func(string) error { cancel(); return nil }
		}, false},
		{"in the middle", func(p *progress, cancel context.CancelFunc) {
			p.onSent = func(n int64) {
				if n > 1<<20 {
					cancel()
				}
			}
		}, false},
		{"before the note of the last bytes", func(p *progress, _ context.CancelFunc) {
			p.onNote = func(string) error {
				if len(p.notes) == 1 {
					return errCrash
				}
				return nil
			}
		}, false},
		{"before finishing", func(p *progress, _ context.CancelFunc) { p.onEnd = func() error { return errCrash } }, false},
		{"when the last bytes are on their way", func(p *progress, cancel context.CancelFunc) { p.onEnd = func() error { cancel(); return nil } }, false},
		{"with everything sent", func(p *progress, cancel context.CancelFunc) {
			p.onSent = func(n int64) {
				if n == size {
					cancel()
				}
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, nil)
			c, p := s.newClient(t, completeIsStored), &progress{}
			ctx, cancel := context.WithCancel(coretest.Limited(t))
			defer cancel()
			tt.prepare(p, cancel)
			_, err := c.Upload(ctx, transfer, p)
			if e := core.AsError(err); e == nil || e.Outcome == core.OutcomeUnknown || e.Outcome == core.OutcomeAnswered {
				t.Fatalf("got %+v", e)
			}
			again := transfer
			again.Resume = p.note()
			p = &progress{notes: []string{p.note()}}
			r, err := c.Upload(coretest.Limited(t), again, p)
			for range 5 { // a delayed request may still arrive and interfere
				if core.CodeOf(err) != core.CodeServerBusy && core.CodeOf(err) != core.CodeServerFailure {
					break
				}
				again.Resume = p.note()
				r, err = c.Upload(coretest.Limited(t), again, p)
			}
			wantReceipt(t, r, err, data)
			if tt.orphan {
				if n := len(s.uploads(t)); n != 2 {
					t.Errorf("%d uploads", n)
				}
				return
			}
			s.only(t, data)
		})
	}
}

// If the server has removed an upload, a new one begins, unless the old one may have been
// complete: then the outcome is unknown.
func TestExpiredUpload(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	for _, status := range []int{http.StatusNotFound, http.StatusGone} {
		s := newServer(t, nil)
		c := s.newClient(t, nil)
		n := newNote(transfer.Source)
		n.URL = s.URL + "/files/0123"
		s.set(after(0, http.MethodHead, answers(status)))
		again := transfer
		again.Resume = n.text()
		r, err := c.Upload(coretest.Limited(t), again, &progress{})
		wantReceipt(t, r, err, data)
		s.only(t, data)

		n.Last = true
		again.Resume = n.text()
		p := &progress{}
		s.set(after(0, http.MethodHead, answers(status)))
		_, err = c.Upload(coretest.Limited(t), again, p)
		coretest.Want(t, err, core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
		if p.note() != "" || len(p.notes) != 1 {
			t.Errorf("notes %q", p.notes)
		}
		s.only(t, data)
	}
}

// An upload that is removed while it is being sent begins again with the next attempt.
func TestUploadExpiresOnTheWay(t *testing.T) {
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	transfer, data := newTransfer(t, "a", 2<<20)
	s.set(after(0, http.MethodPatch, answers(http.StatusGone)))
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindServer, core.CodeServerFailure, core.OutcomeAnswered)
	if p.note() != "" {
		t.Errorf("note %q", p.note())
	}
	r, err := c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
}

// A note of another file, of another server or without meaning is ignored.
func TestForeignNotes(t *testing.T) {
	s := newServer(t, nil)
	c := s.newClient(t, nil)
	transfer, data := newTransfer(t, "a", 1000)
	good := newNote(transfer.Source)
	good.URL = s.URL + "/files/gone"
	larger, elsewhere := good, good
	larger.Size, elsewhere.URL = 1001, "https://elsewhere.example/files/1"
	older := good
	older.ModTime = older.ModTime.Add(-time.Second)
	for _, text := range []string{"garbage", "{", `{"url":7}`, larger.text(), elsewhere.text(), older.text()} {
		s.forget()
		again := transfer
		again.Resume = text
		r, err := c.Upload(coretest.Limited(t), again, &progress{})
		wantReceipt(t, r, err, data)
		if posts, _ := s.count(http.MethodPost); posts != 1 {
			t.Errorf("%s: %d new uploads", text, posts)
		}
		if s.last(t, http.MethodHead).path == "/files/gone" {
			t.Errorf("%s was believed", text)
		}
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// A file that changes while it is being sent is never complete on the server.
func TestFileThatChanges(t *testing.T) {
	for _, checked := range []bool{false, true} {
		s := newServer(t, func(s *server) { s.checked = checked })
		c, p := s.newClient(t, nil), &progress{}
		transfer, _ := newTransfer(t, "a", 6<<20)
		p.onSent = func(n int64) {
			if n == 0 {
				return
			}
			p.onSent = nil
			if err := appendTo(transfer.Source.Path, "more"); err != nil {
				t.Error(err)
			}
		}
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
		if p.finished != 0 || s.last(t, http.MethodPatch).header.Get("Repr-Digest") != "" {
			t.Error("its last bytes were sent")
		}
	}
}

// A file that has grown after the server had all of it is not reported as stored.
func TestFileThatGrewOnceItWasThere(t *testing.T) {
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	transfer, data := newTransfer(t, "a", 3<<20)
	r, err := c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
	transfer.Resume = p.note()
	s.set(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodHead {
			if err := appendTo(transfer.Source.Path, "more"); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	_, err = c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
}

// A mount that comes back may have other device numbers: the upload is resumed.
func TestSameFileOfAnotherMount(t *testing.T) {
	transfer, data := newTransfer(t, "a", 3<<20)
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	s.set(after(0, http.MethodPatch, s.cutAfter(1<<20)))
	if _, err := c.Upload(coretest.Limited(t), transfer, p); err == nil {
		t.Fatal("the connection was not cut")
	}
	s.set(nil)
	s.forget()
	other := transfer
	other.Source.Path = filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(other.Source.Path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(other.Source.Path, time.Time{}, transfer.Source.ModTime); err != nil {
		t.Fatal(err)
	}
	facts, err := os.Lstat(other.Source.Path)
	if err != nil {
		t.Fatal(err)
	}
	other.Source = content.Describe(other.Source.Path, "a", facts)
	other.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), other, &progress{})
	wantReceipt(t, r, err, data)
	if posts, _ := s.count(http.MethodPost); posts != 0 || other.Source.FileID == transfer.Source.FileID {
		t.Errorf("%d new uploads", posts)
	}
}

// A file that becomes shorter is noticed at its new end.
func TestFileThatShrinks(t *testing.T) {
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	transfer, _ := newTransfer(t, "a", 30<<20)
	p.onNote = func(string) error { return os.Truncate(transfer.Source.Path, 5<<20) }
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeCutOff)
}
