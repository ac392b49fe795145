package content

import (
	"errors"
	"syscall"

	"github.com/artstore/ingester/core"
)

// SystemCode returns the code of a system error that says more than that a file can't be
// opened, read or written: that the file is not at fault, or that another program has it
// open exclusively. It is "" for other errors.
func SystemCode(err error) core.Code {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return ""
	}
	return codeOf(errno)
}
