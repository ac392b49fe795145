package core

// ScanProgress is how far a scan has come.
type ScanProgress struct {
	Files   int
	Folders int
	Bytes   int64
	Skipped int
}

// SkipReason says why a scan left something out.
type SkipReason string

// The reasons.
const (
	SkipSymlink    SkipReason = "symlink"    // found in a folder, or without a target
	SkipSpecial    SkipReason = "special"    // pipe, socket, device: never opened
	SkipUnreadable SkipReason = "unreadable" // folder or file that can't be read
	SkipMissing    SkipReason = "missing"    // the user named it, but it isn't there
	SkipDuplicate  SkipReason = "duplicate"  // the same path a second time
)

// Skipped is one thing a scan left out.
type Skipped struct {
	Path   string
	Reason SkipReason
	Err    error // for SkipUnreadable and SkipMissing
}

// Scan is what was found below the paths that the user named.
type Scan struct {
	Sources []Source
	Skipped []Skipped
	Folders int
	Bytes   int64
	Roots   []Root // what the user named, in order
}

// Root is a path that the user named, and what it resolves to. The paths of
// sources and skipped things begin with one of the two.
type Root struct {
	Named string // as it was named
	Path  string // absolute; for a link, its target
}
