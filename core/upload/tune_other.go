//go:build !linux

package upload

import "syscall"

// tune leaves the socket as it is.
func tune(_, _ string, _ syscall.RawConn) error { return nil }
