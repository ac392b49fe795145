//go:build !unix && !windows

package content

import (
	"io/fs"
	"os"
	"time"
)

// identity is unknown: what is stored is known by its hash there.
func identity(fs.FileInfo, *os.File, string) (string, time.Time) { return "", time.Time{} }
