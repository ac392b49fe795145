package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// otherOwner is the name of the user who owns a file that this process may not
// write. It is "" if the process may, if the file is its own, or if there is none.
func otherOwner(path string) string {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() { // a folder can't be opened for writing here
		return ""
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		_ = f.Close() // nothing was written
		return ""
	} else if !os.IsPermission(err) {
		return ""
	}
	security, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return ""
	}
	owner, _, err := security.Owner()
	if err != nil {
		return ""
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil || owner.Equals(me.User.Sid) {
		return ""
	}
	name, domain, _, err := owner.LookupAccount("")
	if err != nil {
		return owner.String()
	}
	return domain + `\` + name
}

// takeBack is the command by which an administrator gives a file to this user.
func takeBack(word string) string { return "takeown /F " + word }
