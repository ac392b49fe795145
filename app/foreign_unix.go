//go:build unix

package main

import (
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// otherOwner is the name of the user who owns a file that this process may not
// write. It is "" if the process may, if the file is its own, or if there is none.
func otherOwner(path string) string {
	info, err := os.Stat(path)
	if err != nil || unix.Access(path, unix.W_OK) == nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return ""
	}
	id := strconv.FormatUint(uint64(stat.Uid), 10)
	if owner, err := user.LookupId(id); err == nil {
		return owner.Username
	}
	return "user " + id
}

// takeBack is the command that gives a file or folder to this user.
func takeBack(word string) string { return `sudo chown -R "$(id -un)" ` + word }
