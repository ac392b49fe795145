package watch

import (
	"errors"
	"io/fs"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// leave counts and reports what a scan left out.
func (w *Watch) leave(s core.Skipped) {
	w.sum.Skip(report.SkipReason(s.Reason))
	fails := w.fails(s)
	switch {
	case fails && report.Unread(s):
		w.sum.Files++
		w.sum.Failed++
		w.other++
	case fails:
		w.missing++
		w.sum.Left++
	default:
		w.sum.Left++
	}
	w.out.Left(s, fails)
}

// fails reports whether a command fails that left s out.
func (w *Watch) fails(s core.Skipped) bool { return isMissing(s) && (!w.skipOK || !mayBeMissing(s)) }

// isMissing reports whether the user may miss what was left out. The same file by a
// second path is not missing: it is sent by the first.
func isMissing(s core.Skipped) bool { return s.Reason != core.SkipDuplicate }

// mayBeMissing reports whether --skip-ok allows that s is left out: links, special
// files, and what the user may not read. Errors of the disk and missing files are never
// allowed: nobody expects them.
func mayBeMissing(s core.Skipped) bool {
	return !report.Unread(s) || errors.Is(s.Err, fs.ErrPermission)
}
