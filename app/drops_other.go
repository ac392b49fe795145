//go:build (windows || darwin) && !headless

package main

import (
	"log/slog"

	"github.com/artstore/ingester/ui"
)

// dropListener is none: the toolkit takes all drops of these desktops.
func dropListener(*slog.Logger) ui.DropListener { return nil }
