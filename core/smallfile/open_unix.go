//go:build unix

package smallfile

import "syscall"

// openFlags wait for no writer of a pipe.
const openFlags = syscall.O_NONBLOCK
