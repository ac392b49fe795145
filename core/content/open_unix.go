//go:build unix

package content

import "syscall"

// openFlags follow no link and wait for no writer of a pipe.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// here makes opening a folder fail where a pipe has taken its place, which
// would wait for a writer.
const here = "/."
