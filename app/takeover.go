package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

// handOverPatience is how long a command may take to hand the queue over.
const handOverPatience = 30 * time.Second

// takeover is how a window that starts gets the queue.
type takeover struct {
	paths []string     // files that the window is to open
	raise bool         // if a window is open already, it comes to the front
	ready func() error // the error if this one can't be shown
}

// take takes the queue for a window. If a command has it, the command hands it over
// and continues as a caller of the window. If another window has it, that window
// gets the files, and take returns nil: there is no second window.
func (t *takeover) take(ctx context.Context, cfg programConfig) (*program, error) {
	paths := make([]string, 0, len(t.paths))
	for _, path := range t.paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return nil, usageError("%q has no absolute path: %v", path, err)
		}
		paths = append(paths, abs)
	}
	every := time.NewTicker(lockEvery)
	defer every.Stop()
	for started := time.Now(); ; {
		f, err := join(ctx, cfg, nil)
		if err != nil || f.program != nil {
			return f.program, err
		}
		if f.owner.Hello.Kind == control.Window {
			if !t.raise {
				f.owner.Close()
				return nil, nil // it is open already; nothing else was asked for
			}
			if err = f.owner.Open(ctx, paths); err == nil {
				f.owner.Close()
				return nil, nil
			}
		} else if err = t.ready(); err == nil {
			err = f.owner.AskForQueue(ctx)
			cfg.adopts = true
		}
		f.owner.Close()
		switch {
		case err != nil && !control.IsGone(err) && core.CodeOf(err) != core.CodeAlreadyRunning:
			return nil, err
		case time.Since(started) > handOverPatience:
			return nil, errOwned()
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return nil, stoppedWaiting(ctx)
		}
	}
}
