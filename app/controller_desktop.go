//go:build !headless

package main

import (
	"context"
	"os"

	"github.com/artstore/ingester/app/desktop"
	"github.com/artstore/ingester/ui/view"
)

// Tray implements view.Controller.
func (c *controller) Tray(ctx context.Context) bool { return desktop.TrayShown(ctx) }

// Autostart implements view.Controller.
func (c *controller) Autostart(context.Context) (bool, error) {
	a, err := desktop.NewAutostart(os.Getenv)
	if err != nil {
		return false, err
	}
	return a.On()
}

// SetAutostart implements view.Controller.
func (c *controller) SetAutostart(_ context.Context, on bool) error {
	a, err := desktop.NewAutostart(os.Getenv)
	if err != nil {
		return err
	}
	return a.Set(on)
}

// About implements view.Controller.
func (c *controller) About() view.About {
	b, f := build(), c.p.folders
	return view.About{Version: b.Version, Commit: b.Commit, Go: b.Go,
		Profiles: f.profiles(), Queue: f.queue(), Log: f.log(), Sandbox: f.sandbox()}
}
