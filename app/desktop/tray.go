package desktop

import (
	"context"
	"time"
)

// At sign-in the desktop's panel may start after the program: how long to wait for it,
// and how often to look.
const (
	panelPatience = 10 * time.Second
	panelEvery    = 250 * time.Millisecond
)

// AwaitTray waits until the desktop shows tray icons: its panel may start after the
// program. It reports false if it has given up.
func AwaitTray(ctx context.Context) bool { return awaitTray(ctx, TrayShown, panelPatience, panelEvery) }

// awaitTray waits until shown says that the desktop shows tray icons. It
// reports false if it has given up.
func awaitTray(ctx context.Context, shown func(context.Context) bool, patience, every time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !shown(ctx) {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}
