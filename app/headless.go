//go:build headless

package main

import "context"

// runWindow says that this build has no window.
func runWindow(context.Context, streams, windowOptions) error {
	return usageError("this build has no window; use 'ingester upload' and see 'ingester --help'")
}
