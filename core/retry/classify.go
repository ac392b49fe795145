package retry

import (
	"net/http"

	"github.com/artstore/ingester/core"
)

// class is what kind of decision an error asks for.
type class int

const (
	permanent     class = iota // the same again would fail the same
	again                      // free to repeat
	ask                        // may have been stored
	halt                       // every transfer of the profile would fail the same
	stopped                    // the user or the end of the program
	newToken                   // 401
	forbidden                  // 403
	outlasted                  // 401 after a body that took longer than its token lived
	newConnection              // 421
	changed                    // the source file
	absent                     // the source file is not there, or not to be had, for a moment perhaps
	unread                     // the source file can't be read
	mismatch                   // another hash or size came back
	busyKey                    // 409, an earlier attempt with this key is under way
	locked                     // an upload that an earlier attempt of it still holds
	full                       // 507
	busy                       // 429, 503, 408: too much at a time
	noRoom                     // 503: for this file
)

// classify maps an error to its class. What the server may have done comes
// before why it failed: nothing is repeated, or given up, as if an upload had
// not happened that may have.
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
			return permanent // a server that says none will say none again
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

// classifyNetwork repeats everything but a proxy's demand for a password.
func classifyNetwork(e *core.Error) class {
	if e.Code == core.CodeProxy && e.Status == http.StatusProxyAuthRequired {
		return halt
	}
	return again
}

// isBusy reports whether an answer is about all that the server is sent, not
// about one file.
func isBusy(e *core.Error) bool {
	switch e.Code {
	case core.CodeServerBusy:
		return e.Status != http.StatusExpectationFailed // it merely can't be asked
	case core.CodeTimeout:
		return e.Kind == core.KindServer // fewer at a time are quicker
	}
	return false
}

// classifyAnswer goes by what the server answered.
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
	case e.Outcome == core.OutcomeCutOff: // said yes to half a file, or nonsense before it had it all
		return again
	}
	return permanent
}
