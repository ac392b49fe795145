//go:build unix

package engine

import (
	"fmt"
	"io/fs"
	"syscall"
)

// fileID is a file's device and inode, the same by whatever path.
func fileID(facts fs.FileInfo) string {
	s, ok := facts.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", s.Dev, s.Ino)
}
