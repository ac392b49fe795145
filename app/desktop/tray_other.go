//go:build windows || darwin

package desktop

import "context"

// TrayPossible is true: these desktops always show tray icons.
func TrayPossible(context.Context) bool { return true }

// TrayShown is true: these desktops always show tray icons.
func TrayShown(context.Context) bool { return true }
