//go:build !unix

package engine

import "io/fs"

// fileID is "": this platform doesn't say with os.Lstat alone.
func fileID(fs.FileInfo) string { return "" }
