package spool

import "golang.org/x/sys/windows"

// free returns how many bytes this user may still write to the disk of path.
func free(path string) (int64, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var available uint64
	if err := windows.GetDiskFreeSpaceEx(name, &available, nil, nil); err != nil {
		return 0, err
	}
	return clamp(available, 1), nil
}
