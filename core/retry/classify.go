package retry

import (
	"net/http"

	"github.com/artstore/ingester/core"
)

// class is the kind of decision that an error needs.
type class int

const (
	permanent     class = iota // a repetition would fail the same way
	again                      // may be repeated
	ask                        // the file may have been stored
	halt                       // every transfer of the profile would fail the same
	stopped                    // stopped by the user or the end of the program
	newToken                   // 401
	forbidden                  // 403
	outlasted                  // 401 after a body that took longer than its token lived
	newConnection              // 421
	changed                    // the source file
	absent                     // the source file is missing or in use, perhaps only for a moment
	unread                     // the source file can't be read
	mismatch                   // another hash or size came back
	busyKey                    // 409, an earlier attempt with this key is under way
	locked                     // an earlier attempt still holds the upload
	full                       // 507
	busy                       // 429, 503, 408: the server has too much to do
	noRoom                     // 503: no room for this file
)

// classify maps an error to its class. What the server may have done decides before the
// cause of the failure: an upload that may have happened is never repeated, or given up, as
// if it had not.
func classify(e *core.Error) class {
	if e.Outcome == core.OutcomeUnknown {
		return ask
	}
	switch e.Kind {
	case core.KindCancelled:
		return stopped
	case core.KindAuth:
		if e.Code == core.CodeTokenRejected {
			return newToken
		}
		return halt
	case core.KindTLS, core.KindConfig:
		return halt
	case core.KindNetwork:
		return classifyNetwork(e)
	case core.KindServer:
		return classifyAnswer(e)
	case core.KindIntegrity:
		if e.Code == core.CodeChecksumMissing {
			return permanent // a server that gives no hash will not give one next time
		}
		return mismatch
	case core.KindFile:
		switch e.Code {
		case core.CodeFileChanged:
			return changed
		case core.CodeFileMissing, core.CodeFileInUse:
			return absent
		case core.CodeFileUnreadable:
			return unread
		}
	}
	return permanent
}

// classifyNetwork allows a repetition for everything but a proxy's demand for a password.
func classifyNetwork(e *core.Error) class {
	if e.Code == core.CodeProxy && e.Status == http.StatusProxyAuthRequired {
		return halt
	}
	return again
}

// isBusy reports whether an answer is about everything that the server is sent, and not
// about one file.
func isBusy(e *core.Error) bool {
	switch e.Code {
	case core.CodeServerBusy:
		return e.Status != http.StatusExpectationFailed // a 417 only means that the server can't be asked first
	case core.CodeTimeout:
		return e.Kind == core.KindServer // it would be faster with fewer at a time
	}
	return false
}

// classifyAnswer classifies an error by the server's answer.
func classifyAnswer(e *core.Error) class {
	switch e.Code {
	case core.CodeServerBusy, core.CodeTimeout:
		if isBusy(e) {
			return busy
		}
		return again
	case core.CodeNoRoom:
		return noRoom
	case core.CodeServerFailure:
		return again
	case core.CodeStorageFull:
		return full
	case core.CodeForbidden:
		return forbidden
	case core.CodeTokenExpired:
		return outlasted
	case core.CodeKeyInProgress:
		if e.Status == http.StatusConflict || e.Status == 0 {
			return busyKey
		}
		return locked
	}
	switch {
	case e.Status == http.StatusMisdirectedRequest:
		return newConnection
	case e.Outcome == core.OutcomeCutOff: // success for half a file, or nonsense before the file was complete
		return again
	}
	return permanent
}
