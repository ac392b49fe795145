//go:build (windows || darwin) && !headless

package main

import "context"

// trayPossible: these desktops always show tray icons.
func trayPossible(context.Context) bool { return true }

// trayShown: these desktops always show tray icons.
func trayShown(context.Context) bool { return true }
