//go:build !linux && !darwin && !freebsd && !windows

package spool

import "math"

// free is not known on this system: a full disk ends the copy.
func free(string) (int64, error) { return math.MaxInt64, nil }
