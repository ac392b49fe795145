//go:build linux || darwin || freebsd

package spool

import "golang.org/x/sys/unix"

// free returns how many bytes this user may still write to the disk of path.
func free(path string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, err
	}
	return clamp(uint64(max(s.Bavail, 0)), uint64(s.Bsize)), nil //nolint:unconvert // the types differ between systems
}
