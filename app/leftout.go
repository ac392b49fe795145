package main

import "github.com/artstore/ingester/core"

// skipReason is the word of JSON for what a scan left out.
func skipReason(r core.SkipReason) string {
	switch r {
	case core.SkipSymlink:
		return "link"
	case core.SkipDuplicate:
		return "same file"
	}
	return string(r) // "special", "unreadable"
}

// skipKnown is the reason of files that were stored before.
const skipKnown = "known"

// isMissing reports whether something was left out that the user may believe
// to be sent. The same file by a second path is not: it is sent by the first.
func isMissing(s core.Skipped) bool { return s.Reason != core.SkipDuplicate }

// skipWords says why something was left out.
func skipWords(s core.Skipped) string {
	words := map[core.SkipReason]string{
		core.SkipSymlink:    "a link, not followed",
		core.SkipSpecial:    "not a regular file",
		core.SkipUnreadable: "can't be read",
		core.SkipDuplicate:  "the same file again",
	}[s.Reason]
	if s.Err != nil {
		words += ": " + printable(s.Err.Error())
	}
	return words
}
