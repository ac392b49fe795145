package desktop

import (
	"context"
	"time"
)

// At sign-in the desktop's panel may come up after the program: how long it is
// waited for, and how often it is looked for.
const (
	panelPatience = 10 * time.Second
	panelEvery    = 250 * time.Millisecond
)

// AwaitTray waits until the desktop shows tray icons, as its panel may come up
// after the program. It reports false when it has given up.
func AwaitTray(ctx context.Context) bool { return awaitTray(ctx, TrayShown, panelPatience, panelEvery) }

// awaitTray waits until shown says that the desktop shows tray icons. It
// reports false when it has given up.
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
