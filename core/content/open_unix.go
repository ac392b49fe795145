//go:build unix

package content

import "syscall"

// openFlags make opening follow no link and not wait for a pipe's writer.
const openFlags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// here, appended to a folder's path, makes opening fail if a pipe has replaced the
// folder. Without it opening would wait for the pipe's writer.
const here = "/."
