package ui

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestGuard checks that only an event loop that doesn't end when it is told to is
// ended by rescue.
func TestGuard(t *testing.T) {
	const never = time.Hour
	for name, tt := range map[string]struct {
		quit, end time.Duration
		want      bool
	}{
		"by itself":  {never, time.Second, false},
		"as told":    {time.Second, time.Second + loopPatience - 1, false},
		"not at all": {time.Second, never, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				quitting, ended := make(chan struct{}), make(chan struct{})
				time.AfterFunc(tt.quit, func() { close(quitting) })
				time.AfterFunc(tt.end, func() { close(ended) })
				began, rescued := time.Now(), time.Time{}
				w := &Window{log: slog.New(slog.DiscardHandler), quitting: quitting, rescue: func() { rescued = time.Now() }}
				w.guard(ended)
				if !rescued.IsZero() != tt.want {
					t.Errorf("rescued: %v, want %v", !tt.want, tt.want)
				}
				if tt.want && rescued.Sub(began) != tt.quit+loopPatience {
					t.Errorf("after %v", rescued.Sub(began))
				}
			})
		})
	}
}
