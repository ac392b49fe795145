package content

import (
	"syscall"

	"golang.org/x/sys/windows"

	"github.com/artstore/ingester/core"
)

// codeOf follows the list of system errors: shares return the errors of the network, a
// drive without a disk returns ERROR_NOT_READY, and placeholders of files in a cloud
// return the errors of the program that fetches them.
func codeOf(errno syscall.Errno) core.Code {
	switch errno {
	case windows.ERROR_TOO_MANY_OPEN_FILES, windows.ERROR_NO_SYSTEM_RESOURCES:
		return core.CodeTooManyOpen
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL:
		return core.CodeDiskFull
	case windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION:
		return core.CodeFileInUse
	case windows.ERROR_NOT_READY, windows.ERROR_WRONG_DISK, windows.ERROR_DEV_NOT_EXIST, windows.ERROR_NO_SUCH_DEVICE, windows.ERROR_DEVICE_NOT_CONNECTED,
		windows.ERROR_BAD_NETPATH, windows.ERROR_BAD_NET_NAME, windows.ERROR_NETNAME_DELETED, windows.ERROR_NETWORK_BUSY, windows.ERROR_UNEXP_NET_ERR,
		windows.ERROR_NO_NET_OR_BAD_PATH, windows.ERROR_CONNECTION_UNAVAIL, windows.ERROR_SEM_TIMEOUT, windows.ERROR_REM_NOT_LIST,
		windows.ERROR_HOST_UNREACHABLE, windows.ERROR_NETWORK_UNREACHABLE, windows.ERROR_HOST_DOWN, windows.ERROR_LOGON_FAILURE,
		windows.ERROR_CLOUD_FILE_PROVIDER_NOT_RUNNING, windows.ERROR_CLOUD_FILE_NETWORK_UNAVAILABLE:
		return core.CodeFolderAway
	}
	return ""
}
