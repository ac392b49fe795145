package report

import (
	"io/fs"

	"github.com/artstore/ingester/core"
)

// SkipReason is the word in JSON for why something was left out.
func SkipReason(r core.SkipReason) string {
	switch r {
	case core.SkipSymlink:
		return "link"
	case core.SkipDuplicate:
		return "same file"
	}
	return string(r) // "special", "unreadable"
}

// SkipKnown is the reason of files that were stored before.
const SkipKnown = "known"

// Unread reports whether something was left out because it could not be read or found.
// It counts as a failed file, not only as left out.
func Unread(s core.Skipped) bool {
	return s.Reason == core.SkipUnreadable || s.Reason == core.SkipMissing
}

// Unreadable reports whether a transfer failed because the user may not read its file,
// as what is left out. A scan notices that of folders only.
func Unreadable(t core.Transfer) (core.Skipped, bool) {
	if t.State != core.StateFailed || t.Error == nil || core.CodeOf(t.Error) != core.CodeFilePermission {
		return core.Skipped{}, false
	}
	return core.Skipped{Path: t.Source.Path, Reason: core.SkipUnreadable, Err: fs.ErrPermission}, true
}

// skipWords says why something was left out.
func skipWords(s core.Skipped) string {
	words := map[core.SkipReason]string{
		core.SkipSymlink:    "a link, not followed",
		core.SkipSpecial:    "not a regular file",
		core.SkipUnreadable: "can't be read",
		core.SkipMissing:    "there is no such file or folder",
		core.SkipDuplicate:  "the same file again",
	}[s.Reason]
	if s.Err != nil && s.Reason != core.SkipMissing {
		words += ": " + Printable(s.Err.Error())
	}
	return words
}
