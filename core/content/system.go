package content

import (
	"errors"
	"syscall"

	"github.com/artstore/ingester/core"
)

// SystemCode is what an error of the system says of a file beyond that it can't
// be opened, read or written, "" where it says no more: that it is not the
// file's fault, or that another program keeps the file to itself.
func SystemCode(err error) core.Code {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return ""
	}
	return codeOf(errno)
}
