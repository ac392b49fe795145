//go:build unix

package main

import (
	"math"
	"os"
	"syscall"
)

// descriptors returns how many descriptors the process may have, 0 if that is not
// known, and how many are in use. Go has raised the soft limit to the hard one.
func descriptors() (limit, used int) {
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) != nil || r.Cur > math.MaxInt32 {
		return 0, 0
	}
	next, err := os.Open(os.DevNull)
	if err != nil {
		return int(r.Cur), int(r.Cur) // none is left
	}
	defer func() { _ = next.Close() }()
	return int(r.Cur), int(next.Fd()) // the system gives the lowest free number
}
