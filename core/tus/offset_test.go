package tus

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A server that has less than before, for instance after a power cut, is sent the rest from there.
func TestOffsetGoesBack(t *testing.T) {
	const size = 6 << 20
	transfer, data := newTransfer(t, "a", size)
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	for _, cut := range []int64{4 << 20, 3 << 20} {
		s.set(after(0, http.MethodPatch, s.cutAfter(cut)))
		_, err := c.Upload(coretest.Limited(t), transfer, p)
		coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
		transfer.Resume = p.note()
		if err := os.Truncate(s.uploads(t)[0], 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	s.set(nil)
	s.forget()
	r, err := c.Upload(coretest.Limited(t), transfer, p)
	wantReceipt(t, r, err, data)
	s.only(t, data)
	if _, sent := s.count(http.MethodPatch); sent != size-1<<20 || p.resumed != 1<<20 {
		t.Errorf("%d bytes were sent, resumed at %d", sent, p.resumed)
	}
}

// The offset that the server tells counts, even an outdated one: the attempt ends soon and reports
// that offset, and once the offset is right again the file is completed.
func TestStaleOffset(t *testing.T) {
	const size = 4 << 20
	for name, patched := range map[string]string{"the next PATCH is refused": "", "its PATCH says so, too": "0"} {
		t.Run(name, func(t *testing.T) {
			transfer, data := newTransfer(t, "a", size)
			s := newServer(t, nil)
			c, p := s.newClient(t, nil), &progress{}
			s.set(func(w http.ResponseWriter, r *http.Request) bool {
				switch {
				case r.Method == http.MethodHead: // as a cache would answer
					w.Header().Set("Upload-Offset", "0")
					w.Header().Set("Upload-Length", fmt.Sprint(size))
					return true
				case r.Method == http.MethodPatch && patched != "":
					w.Header().Set("Upload-Offset", patched)
					_, _ = io.Copy(io.Discard, r.Body)
					w.WriteHeader(http.StatusNoContent)
					return true
				case r.Method == http.MethodPatch && r.Header.Get("Repr-Digest") != "":
					hangUp(w, r)
				}
				return false
			})
			for range 3 {
				s.forget()
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				if err == nil || p.resumed != 0 {
					t.Fatalf("%v, resumed at %d", err, p.resumed)
				}
				if n, _ := s.count(http.MethodPatch); n > 1+maxDisputes {
					t.Errorf("%d PATCH", n)
				}
				transfer.Resume = p.note()
			}
			s.set(nil)
			r, err := c.Upload(coretest.Limited(t), transfer, p)
			wantReceipt(t, r, err, data)
			s.only(t, data)
		})
	}
}

// After the first dispute the attempt goes on at once, after the second one with a pause, which can
// be cancelled.
func TestDisputesHaveTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &attempt{client: &Client{cfg: Config{pause: disputePause}}}
		for disputes, want := range []time.Duration{0, time.Second, time.Second} {
			begun := time.Now()
			if e := a.pause(t.Context(), disputes); e != nil || time.Since(begun) != want {
				t.Errorf("dispute %d: %v after %v", disputes, e, time.Since(begun))
			}
		}
	})
	transfer, _ := newTransfer(t, "a", 2<<20)
	s := newServer(t, nil)
	c := s.newClient(t, func(cfg *Config) { cfg.pause = time.Hour })
	ctx, cancel := context.WithCancel(coretest.Limited(t))
	second := after(1, http.MethodPatch, func(http.ResponseWriter, *http.Request) bool {
		time.AfterFunc(100*time.Millisecond, cancel)
		return false
	})
	s.set(func(w http.ResponseWriter, r *http.Request) bool {
		_ = second(w, r)
		return r.Method == http.MethodPatch && answers(http.StatusConflict)(w, r)
	})
	_, err := c.Upload(ctx, transfer, &progress{})
	coretest.Want(t, err, core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
	if n, _ := s.count(http.MethodPatch); n != 2 {
		t.Errorf("%d PATCH", n)
	}
}
