//go:build unix

package content

import "syscall"

// openFlags follow no link and wait for no writer of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
