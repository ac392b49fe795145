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

// isMissing reports whether something was left out that the user may believe
// to be sent. The same file by a second path is not: it is sent by the first.
func isMissing(s core.Skipped) bool { return s.Reason != core.SkipDuplicate }

// mayBeMissing reports whether a user who knows of such things and says so is
// right. Who may not read something may not tomorrow either; an error of the
// disk is news to everybody.
func mayBeMissing(s core.Skipped) bool {
	return !report.Unread(s) || errors.Is(s.Err, fs.ErrPermission)
}
