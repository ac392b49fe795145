package tus

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// An upload with all of its bytes need not be a stored file: a server may have a hook
// that judges the complete upload and refuses it, and the upload stays complete all
// the same (tusd's pre-finish, onUploadFinish of @tus/server). So the answer to the
// request that completed it counts. An upload that was refused is never stored. If
// the answer was lost, being complete is enough only if the profile or the server
// says that no hook judges.

// errRefused marks the refusal of a file of which the server has every byte.
var errRefused = errors.New("all of it had arrived")

// errElsewhere marks an answer of success with another offset than the end of what
// was sent.
var errElsewhere = errors.New("success with another offset")

// errCrossed marks the failure of a request that met another one for the same upload,
// or that was interrupted by one: usually a delayed request of an earlier attempt.
var errCrossed = errors.New("another request for the same upload was in the way")

// crossed reports whether a server's message is about such a request. It knows the
// messages of tusd and of @tus/server.
func crossed(words string) bool {
	return locked(words) || begins(words, "ERR_UPLOAD_INTERRUPTED", "ERR_READ_TIMEOUT", "ERR_CONNECTION_RESET", "ERR_UNEXPECTED_EOF",
		"ERR_SERVER_SHUTDOWN", "Request aborted due to lock acquired")
}

// locked reports whether a server says that another request holds the upload.
func locked(words string) bool {
	return begins(words, "ERR_UPLOAD_LOCKED", "ERR_LOCK_TIMEOUT", "failed to acquire lock before timeout")
}

func begins(words string, known ...string) bool {
	return slices.ContainsFunc(known, func(begin string) bool { return strings.HasPrefix(words, begin) })
}

// saysNo reports whether e is the server's refusal of the request that was to
// complete the upload. The answer of a gateway that lost the server does not count.
// Most refusals may be about this request only, while the server still works on an
// earlier one whose answer was lost.
func (a *attempt) saysNo(e *core.Error) bool {
	if e.Status < http.StatusBadRequest || e.Kind == core.KindNetwork || errors.Is(e, errElsewhere) || errors.Is(e, errCrossed) {
		return false
	}
	switch e.Status {
	case http.StatusBadGateway:
		return e.Outcome == core.OutcomeAnswered && !a.note.Lost // the server's own refusal
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	case http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons:
		return true // the protocol doesn't use these statuses otherwise
	}
	return !a.note.Lost
}

// ask asks the server for the upload's offset. If the upload is complete it counts
// as stored, or else there is an error, or again says that a new upload has to begin.
func (a *attempt) ask(ctx context.Context) (found state, again bool, e *core.Error) {
	if found, e = a.look(ctx, a.note.URL, a.size); e != nil {
		return state{}, false, e
	}
	if e = a.answered(ctx); e != nil {
		return state{}, false, e
	}
	switch {
	case found.offset == a.size:
		again, e = a.settle(ctx)
		return found, again, e
	case a.note.Last || a.note.No != 0: // the completing request did not arrive, was undone, or was lost
		a.note.Lost = a.note.Lost || a.note.Last && !a.note.Accepted
		a.note.Last, a.note.No, a.note.Accepted = false, 0, false
		return found, false, a.keep(ctx)
	}
	return found, false, nil
}

// settle decides about a complete upload. Without an error and without again it
// counts as stored, provided that its hash is the file's.
func (a *attempt) settle(ctx context.Context) (again bool, e *core.Error) {
	refused := a.note.No != 0
	if a.note.Accepted {
		return false, nil
	}
	if !refused || a.note.No >= http.StatusInternalServerError {
		stored, e := a.client.completeIsStored(ctx)
		if e != nil {
			return false, cutOff(e)
		}
		if stored {
			return false, nil
		}
	}
	switch {
	case refused:
		return true, a.refuse(ctx, a.note.No)
	case a.note.Asked: // it is not deleted, as it may be a stored file
		a.note = a.note.again(a.transfer.Source)
		return true, nil
	}
	a.note.Last, a.note.Asked = true, true
	if e := a.keep(ctx); e != nil {
		return false, e
	}
	return false, &core.Error{Kind: core.KindServer, Code: core.CodeOutcomeUnknown, Op: opUpload, Outcome: core.OutcomeUnknown,
		Message: "All of the file has arrived, but whether the server accepted it was not heard."}
}

// completeIsStored reports whether no hook judges complete uploads, by the profile or
// by the server's present offer.
func (c *Client) completeIsStored(ctx context.Context) (bool, *core.Error) {
	if c.cfg.CompleteIsStored {
		return true, nil
	}
	offer, e := c.ask(ctx)
	return offer.CompleteIsStored, e
}

// unfinished finds out the outcome of an upload whose completing request got no
// answer or one other than success. A refusal is made durable before anything else.
func (a *attempt) unfinished(ctx context.Context, e *core.Error) (state, *core.Error) {
	no := a.saysNo(e)
	switch {
	case no:
		a.note.No, a.note.Last = e.Status, false
		if stop := a.keep(context.WithoutCancel(ctx)); stop != nil {
			return state{}, stop
		}
		e.Outcome = core.OutcomeAnswered
	case e.Status == 0 && e.Outcome != core.OutcomeUnknown: // not all of the request was sent
		a.note.Last = false
		_ = a.keep(ctx) // on failure the next attempt asks
		return state{}, e
	case e.Status/100 == 2 && !errors.Is(e, errElsewhere): // success without an offset
		a.note.Accepted = true
	}
	found, again, unheard := a.ask(ctx)
	switch {
	case unheard == nil && again:
		return state{}, refusal(e)
	case unheard == nil && found.offset == a.size:
		return found, nil
	case unheard == nil:
	case unheard.Outcome == core.OutcomeUnknown:
		return state{}, unheard
	case gone(unheard) && no && !gone(e): // the server has removed the upload that it refused
		a.note = a.note.again(a.transfer.Source)
		a.note.No = e.Status
		if stop := a.keep(ctx); stop != nil {
			return state{}, stop
		}
		return state{}, refusal(e)
	case gone(unheard):
		return state{}, unheard
	}
	if e.Outcome == core.OutcomeUnknown {
		e.Outcome = core.OutcomeCutOff // the next attempt asks again
	}
	return state{}, e
}

// refuse gives up an upload that the server has refused, and keeps the status in the
// note. What can't be deleted from the server now is deleted later.
func (a *attempt) refuse(ctx context.Context, status int) *core.Error {
	refused := a.note.urls()
	refused = refused[max(0, len(refused)-maxParts):] // older ones are left to expire
	a.note = newNote(a.transfer.Source)
	a.note.Refused, a.note.No = refused, status
	if e := a.keep(context.WithoutCancel(ctx)); e != nil {
		return e
	}
	a.clear(ctx)
	return a.keep(ctx)
}

// clear deletes refused uploads. Those for which the server gave no answer stay in
// the note.
func (a *attempt) clear(ctx context.Context) {
	var left []string
	for _, target := range a.note.Refused {
		e := a.client.remove(ctx, target)
		if e == nil {
			continue
		}
		a.client.cfg.Log.Debug("a refused upload stays on the server", "transfer", a.transfer.ID, "code", e.Code, "status", e.Status)
		if e.Status == 0 || e.Status >= http.StatusInternalServerError || passing(e) {
			left = append(left, target)
		}
	}
	a.note.Refused = left
}

// passing reports whether a refusal is temporary: the same request may succeed later.
func passing(e *core.Error) bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusLocked,
		http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

// refusal returns e as the refusal of a file of which the server had every byte.
// Whatever the status, it is about this file.
func refusal(e *core.Error) *core.Error {
	e.Err = errRefused
	switch {
	case e.Status >= http.StatusInternalServerError, e.Status == statusChecksumMismatch, e.Code == core.CodeTooLarge:
	case passing(e) && e.Status != http.StatusUnauthorized:
	default:
		e.Kind, e.Code, e.Message = core.KindServer, core.CodeRejected, "The server refused the file."
	}
	return e
}
