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

// takeover is what a window does for the queue when it starts.
type takeover struct {
	paths []string     // files that the user named
	raise bool         // a window that is there already is to come to the front
	ready func() error // whether this one can be shown
}

// take takes the queue for a window: it is nobody's, or a command's, which hands
// it over and goes on as a caller of the window. Where there is a window already
// it gets the files, and there is no second one: nil.
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
				return nil, nil // it runs: that is all that was asked for
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
