//go:build !headless && (windows || darwin)

package desktop

// OpenDisplay does nothing: these desktops always have a display.
func OpenDisplay(func(string) string) error { return nil }
