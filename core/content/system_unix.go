//go:build unix

package content

import (
	"syscall"

	"github.com/artstore/ingester/core"
)

// codeOf follows the manuals: network file systems return the errors of the network, and
// those in user space return ENOTCONN once their program has died.
func codeOf(errno syscall.Errno) core.Code {
	switch errno {
	case syscall.EMFILE, syscall.ENFILE:
		return core.CodeTooManyOpen
	case syscall.ENOSPC, syscall.EDQUOT:
		return core.CodeDiskFull
	case syscall.EBUSY, syscall.ETXTBSY:
		return core.CodeFileInUse
	case syscall.ENOTCONN, syscall.ESHUTDOWN, syscall.ECONNABORTED, syscall.ECONNREFUSED, syscall.ECONNRESET,
		syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.ENETRESET, syscall.ETIMEDOUT,
		syscall.ENODEV, syscall.ENXIO:
		return core.CodeFolderAway
	}
	return ""
}
