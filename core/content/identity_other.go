//go:build !unix && !windows

package content

import (
	"io/fs"
	"os"
	"time"
)

// identity is unknown on this system, so a stored file is recognised by its hash.
func identity(fs.FileInfo, *os.File, string) (string, time.Time) { return "", time.Time{} }
