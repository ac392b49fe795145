//go:build unix

package smallfile

import "syscall"

// openFlags make opening not wait for a pipe's writer.
const openFlags = syscall.O_NONBLOCK
