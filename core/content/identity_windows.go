package content

import (
	"fmt"
	"io/fs"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// identity returns a file's volume and index, which are the same by any path, and its
// change time. They can be read only from an open file: f, or else the file at path,
// opened only for its attributes.
func identity(_ fs.FileInfo, f *os.File, path string) (id string, changed time.Time) {
	if f == nil {
		name, err := windows.UTF16PtrFromString(path)
		if err != nil {
			return "", time.Time{}
		}
		h, err := windows.CreateFile(name, windows.FILE_READ_ATTRIBUTES,
			windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING,
			windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
		if err != nil {
			return "", time.Time{}
		}
		defer func() { _ = windows.CloseHandle(h) }()
		return identityOf(h)
	}
	conn, err := f.SyscallConn()
	if err == nil {
		err = conn.Control(func(h uintptr) { id, changed = identityOf(windows.Handle(h)) })
	}
	if err != nil {
		return "", time.Time{}
	}
	return id, changed
}

// basicInfo is FILE_BASIC_INFO: times in 100 ns since 1601.
type basicInfo struct {
	created, accessed, written, changed int64
	attributes                          uint32
}

// epoch is 1970 in such a time.
const epoch = 116444736000000000

func identityOf(h windows.Handle) (string, time.Time) {
	var file windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(h, &file) != nil {
		return "", time.Time{}
	}
	id := fmt.Sprintf("%d:%d", file.VolumeSerialNumber, uint64(file.FileIndexHigh)<<32|uint64(file.FileIndexLow))
	var basic basicInfo
	err := windows.GetFileInformationByHandleEx(h, windows.FileBasicInfo, (*byte)(unsafe.Pointer(&basic)), uint32(unsafe.Sizeof(basic)))
	if err != nil || basic.changed <= 0 {
		return id, time.Time{}
	}
	since := basic.changed - epoch
	return id, time.Unix(since/1e7, since%1e7*100).UTC()
}
