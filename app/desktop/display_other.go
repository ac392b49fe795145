//go:build !headless && (windows || darwin)

package desktop

// OpenDisplay does nothing: there always is one.
func OpenDisplay(func(string) string) error { return nil }
