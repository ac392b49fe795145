package tus

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// If the server's file differs because ours has changed meanwhile, the error says so. The
// upload is given up even if it can't be deleted.
func TestMismatchOfAChangedFile(t *testing.T) {
	transfer, data := newTransfer(t, "a", 2<<20)
	s := newServer(t, nil)
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.Method {
		case http.MethodHead:
			w.Header().Set("Repr-Digest", reprDigest(someSum))
		case http.MethodDelete:
			return answers(http.StatusInternalServerError)(w, r)
		}
		return false
	})
	c, p := s.newClient(t, nil), &progress{}
	p.onSent = func(n int64) {
		if n < int64(len(data)) {
			return
		}
		if err := os.Chtimes(transfer.Source.Path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
	}
	_, err := c.Upload(coretest.Limited(t), transfer, p)
	coretest.Want(t, err, core.KindFile, core.CodeFileChanged, core.OutcomeNotProcessed)
	if p.note() != "" || len(s.uploads(t)) != 1 {
		t.Errorf("note %q, %d uploads", p.note(), len(s.uploads(t)))
	}
}

// The attempt ends if a note can't be saved.
func TestNotesThatCantBeSaved(t *testing.T) {
	full := &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "save the queue", Message: "The disk is full."}
	transfer, _ := newTransfer(t, "a", 2<<20)
	n := newNote(transfer.Source)
	for _, left := range []note{
		{URL: "/files/1"}, {URL: "/files/1", Last: true},
		{Parts: split(2<<20, 2), Last: true},
	} {
		s := newServer(t, nil)
		s.set(func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodHead && answers(http.StatusGone)(w, r)
		})
		c, p := s.newClient(t, nil), &progress{onNote: func(string) error { return full }}
		n.URL, n.Parts, n.Last = "", left.Parts, left.Last
		if left.URL != "" {
			n.URL = s.URL + left.URL
		}
		for i := range n.Parts {
			n.Parts[i].URL = s.URL + "/files/1"
		}
		again := transfer
		again.Resume = n.text()
		_, err := c.Upload(coretest.Limited(t), again, p)
		if !errors.Is(err, full) || core.AsError(err).Outcome != core.OutcomeCutOff || len(p.notes) != 0 {
			t.Errorf("%+v: %v, notes %q", left, err, p.notes)
		}
	}
}

func TestUploadedAt(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	a := &attempt{client: &Client{cfg: Config{Now: func() time.Time { return now }}}}
	for _, tt := range []struct {
		header http.Header
		want   time.Time
	}{
		{http.Header{}, now.Truncate(time.Second)}, {http.Header{"Last-Modified": {"yesterday"}}, now.Truncate(time.Second)},
		{http.Header{"Date": {"Fri, 01 May 2026 12:00:00 GMT"}}, time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)},
		{http.Header{"Date": {"Fri, 01 May 2026 12:00:00 GMT"}, "Last-Modified": {"Thu, 30 Apr 2026 12:00:00 GMT"}}, time.Date(2026, 4, 30, 12, 0, 0, 0, time.UTC)},
	} {
		if got := a.uploadedAt(tt.header); !got.Equal(tt.want) {
			t.Errorf("%v gave %v", tt.header, got)
		}
	}
}
