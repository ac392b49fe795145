package desktop

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A panel that starts after the program is waited for, but not for ever, and not beyond
// the end of the program.
func TestAwaitTray(t *testing.T) {
	for _, tt := range []struct {
		name   string
		from   time.Duration // when the desktop begins to show icons
		cancel time.Duration // when the program ends
		shown  bool
		took   time.Duration
	}{
		{"at once", 0, time.Hour, true, 0},
		{"after the program", 3*panelEvery - 1, time.Hour, true, 3 * panelEvery},
		{"never", time.Hour, time.Hour, false, panelPatience},
		{"the program ends", time.Hour, time.Second + 1, false, time.Second + 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), tt.cancel)
				defer cancel()
				begun := time.Now()
				shown := awaitTray(ctx, func(context.Context) bool { return time.Since(begun) >= tt.from }, panelPatience, panelEvery)
				if took := time.Since(begun); shown != tt.shown || took != tt.took {
					t.Errorf("%v after %v, want %v after %v", shown, took, tt.shown, tt.took)
				}
			})
		})
	}
}
