//go:build unix && !darwin && !headless

package main

import (
	"context"
	"log/slog"

	"github.com/artstore/ingester/app/xdnd"
	"github.com/artstore/ingester/ui"
)

// dropListener takes drops on X11 in place of GLFW, which loses lists that arrive in
// pieces, and the hosts of URLs.
func dropListener(log *slog.Logger) ui.DropListener {
	xdnd.Silence()
	return func(ctx context.Context, window uintptr, dropped func(list string, err error)) {
		target, err := xdnd.Open(uint32(window), dropped, log)
		if err != nil {
			log.Warn("drops are taken by the toolkit", "error", err)
			return
		}
		target.Run(ctx)
	}
}
