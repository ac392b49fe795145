//go:build (windows || darwin) && !headless

package main

import (
	"log/slog"

	"github.com/artstore/ingester/ui"
)

// dropListener is nil: on these desktops the toolkit takes all drops.
func dropListener(*slog.Logger) ui.DropListener { return nil }
