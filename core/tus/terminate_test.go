package tus

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A cancelled upload ends at once, and the rest can still be sent later.
func TestCancel(t *testing.T) {
	s := newServer(t, nil)
	c, p := s.newClient(t, nil), &progress{}
	transfer, data := newTransfer(t, "a", 20<<20)
	ctx, cancel := context.WithCancel(coretest.Limited(t))
	p.onSent = func(n int64) {
		if n > 2<<20 {
			cancel()
		}
	}
	_, err := c.Upload(ctx, transfer, p)
	coretest.Want(t, err, core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
	again := transfer
	again.Resume = p.note()
	r, err := c.Upload(coretest.Limited(t), again, &progress{})
	wantReceipt(t, r, err, data)
	s.only(t, data)
}

// Terminate deletes the upload from the server, if the server can do that.
func TestTerminate(t *testing.T) {
	transfer, _ := newTransfer(t, "a", 3<<20)
	for _, tt := range []struct {
		name string
		set  func(*server)
		code core.Code
		left int
	}{
		{"taken back", func(*server) {}, "", 0},
		{"not possible", func(s *server) { s.without["termination"] = true }, "", 1},
		{"fails", func(s *server) { s.fault = after(0, http.MethodDelete, answers(500)) }, core.CodeServerFailure, 1},
		{"unheard", func(s *server) {
			s.fault = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodDelete {
					hangUp(w, r)
				}
				return false
			}
		}, core.CodeConnectionLost, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, tt.set)
			c, p := s.newClient(t, nil), &progress{onEnd: func() error { return errors.New("stop") }}
			_, _ = c.Upload(coretest.Limited(t), transfer, p)
			cancelled := transfer
			cancelled.Resume = p.note()
			if err := c.Terminate(coretest.Limited(t), cancelled); core.CodeOf(err) != tt.code {
				t.Errorf("got %v", err)
			}
			if n := len(s.uploads(t)); n != tt.left {
				t.Errorf("%d uploads are left", n)
			}
			if tt.left == 0 { // it is deleted already
				if err := c.Terminate(coretest.Limited(t), cancelled); err != nil {
					t.Error(err)
				}
			}
		})
	}
	s := newServer(t, nil)
	for _, note := range []string{"", "garbage"} {
		transfer.Resume = note
		if err := s.newClient(t, nil).Terminate(coretest.Limited(t), transfer); err != nil || len(s.requests) != 0 {
			t.Errorf("%v, %d requests", err, len(s.requests))
		}
	}
}
