//go:build !headless

package main

import (
	"context"
	"time"

	"github.com/artstore/ingester/ui"
)

// At sign-in the desktop's panel may come up after the program: how long it is
// waited for, and how often it is looked for.
const (
	panelPatience = 10 * time.Second
	panelEvery    = 250 * time.Millisecond
)

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

// present shows the window, or, in the background, its tray icon only. Without
// a tray there would be no way back to it, so then it is shown all the same.
func (p *program) present(ctx context.Context, w *ui.Window, background bool) error {
	tray := trayPossible(ctx)
	if tray {
		w.UseTray()
	}
	if !background || !tray {
		return w.ShowAndRun(ctx)
	}
	p.services.start(func(ctx context.Context) error {
		if !awaitTray(ctx, trayShown, panelPatience, panelEvery) && ctx.Err() == nil {
			w.Raise()
		}
		return nil
	})
	return w.RunInTray(ctx)
}
