package tus

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// An upload that has all of its bytes need not be a stored file: a server may
// have a hook that judges the complete upload and says no, and the upload stays
// complete all the same (tusd's pre-finish, onUploadFinish of @tus/server). So
// what counts is the answer to the request that completed it. An upload whose
// answer was no is never stored; where none was heard, being complete is enough
// only where the profile or the server itself says that nothing judges.

// errRefused marks the no to a file of which the server has every byte.
var errRefused = errors.New("all of it had arrived")

// errElsewhere marks an answer of success that says another offset than that
// of what was sent.
var errElsewhere = errors.New("success with another offset")

// errCrossed marks the word about a request that met another one for the same
// upload, or that broke off: a late one of an earlier attempt, as a rule.
var errCrossed = errors.New("another request for the same upload was in the way")

// crossed reports whether a server's words are those about such a request: of
// tusd, and of @tus/server.
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

// saysNo reports whether e is the server's answer to a request that was to
// complete the upload, and says that it did not. What a gateway says that lost
// the server is no answer. Most may be about the request alone, while an earlier
// one of which nothing was heard is still being dealt with.
func (a *attempt) saysNo(e *core.Error) bool {
	if e.Status < http.StatusBadRequest || e.Kind == core.KindNetwork || errors.Is(e, errElsewhere) || errors.Is(e, errCrossed) {
		return false
	}
	switch e.Status {
	case http.StatusBadGateway:
		return e.Outcome == core.OutcomeAnswered && !a.note.Lost // in the server's own words
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	case http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons:
		return true // the protocol has no use for them
	}
	return !a.note.Lost
}

// ask asks the server where its copy ends. A complete upload is one that counts
// as stored, or else there is an error, or the next upload is a new one: again.
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
	case a.note.Last || a.note.No != 0: // what completes it did not arrive, was taken back, or lost
		a.note.Lost = a.note.Lost || a.note.Last && !a.note.Accepted
		a.note.Last, a.note.No, a.note.Accepted = false, 0, false
		return found, false, a.keep(ctx)
	}
	return found, false, nil
}

// settle decides about a complete upload. Without an error and without again it
// counts as stored, if its hash is the file's.
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
	case a.note.Asked: // it stays there: it may be a stored file
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

// completeIsStored reports whether nothing judges a complete upload: the
// profile says so, or the server, now.
func (c *Client) completeIsStored(ctx context.Context) (bool, *core.Error) {
	if c.cfg.CompleteIsStored {
		return true, nil
	}
	offer, e := c.ask(ctx)
	return offer.CompleteIsStored, e
}

// unfinished is what became of an upload whose completing request got another
// answer than yes, or none. That it was no is durable before anything else.
func (a *attempt) unfinished(ctx context.Context, e *core.Error) (state, *core.Error) {
	no := a.saysNo(e)
	switch {
	case no:
		a.note.No, a.note.Last = e.Status, false
		if stop := a.keep(context.WithoutCancel(ctx)); stop != nil {
			return state{}, stop
		}
		e.Outcome = core.OutcomeAnswered
	case e.Status == 0 && e.Outcome != core.OutcomeUnknown: // not all of it has left
		a.note.Last = false
		_ = a.keep(ctx) // else the next attempt asks
		return state{}, e
	case e.Status/100 == 2 && !errors.Is(e, errElsewhere): // yes, without an offset
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
	case gone(unheard) && no && !gone(e): // it has removed what it refused
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
		e.Outcome = core.OutcomeCutOff // the next attempt asks
	}
	return state{}, e
}

// refuse gives up an upload that the server has refused with a status, which
// the note goes on to say. What can't be deleted there now is deleted later.
func (a *attempt) refuse(ctx context.Context, status int) *core.Error {
	refused := a.note.urls()
	refused = refused[max(0, len(refused)-maxParts):] // others expire
	a.note = newNote(a.transfer.Source)
	a.note.Refused, a.note.No = refused, status
	if e := a.keep(context.WithoutCancel(ctx)); e != nil {
		return e
	}
	a.clear(ctx)
	return a.keep(ctx)
}

// clear deletes refused uploads. Those of which the server did not say what
// became of them stay in the note.
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

// passing reports whether a refusal is about the request: the same one may be
// answered otherwise later.
func passing(e *core.Error) bool {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusMisdirectedRequest, http.StatusLocked,
		http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return false
}

// refusal is e, the server's no to a file of which it had every byte: whatever
// the status, it is about this file.
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
