package tus

import (
	"context"
	"errors"

	"github.com/artstore/ingester/core"
)

// maxUnanswered is in how many attempts in a row the server may refuse to tell an
// upload's offset; after that a new upload begins.
const maxUnanswered = 3

// unusable returns e, the failure of a question about an upload. If the server no
// longer knows the upload or answers nonsense, the next attempt begins a new one.
// The outcome is unknown if the server may have had the whole file, also if it
// keeps refusing to answer.
func (a *attempt) unusable(ctx context.Context, e *core.Error) *core.Error {
	last, silent := a.note.Last, errors.Is(e, errUnanswered)
	switch {
	case gone(e):
	case silent:
		if a.note.Unanswered++; !last || a.note.Unanswered < maxUnanswered {
			return first(a.keep(ctx), e)
		}
	case e.Code != core.CodeAnswerInvalid || e.Outcome != core.OutcomeAnswered:
		return e
	case last: // the server may be asked again
		e.Outcome = core.OutcomeUnknown
		return e
	}
	old := a.note
	a.note = old.again(a.transfer.Source)
	if stop := a.keep(ctx); stop != nil {
		return stop
	}
	switch {
	case last && silent:
		return unknown(e, "The server refuses to say what became of the upload, whose last bytes had been sent.")
	case last:
		return unknown(e, "The server does not know the upload any more, whose last bytes had been sent.")
	case gone(e):
		e.Code, e.Message = core.CodeServerFailure, "The server does not know the upload any more; a new one begins."
	default:
		a.remove(ctx, old)
	}
	return e
}

// unknown returns e for an upload whose last bytes had been sent.
func unknown(e *core.Error, message string) *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeOutcomeUnknown, Op: opUpload, Status: e.Status, Outcome: core.OutcomeUnknown,
		Message: message, Err: e}
}

// refusedOften reports whether e is one refusal too many to tell the offset of an
// upload, which may then be replaced by a new one.
func (a *attempt) refusedOften(e *core.Error) bool {
	return errors.Is(e, errUnanswered) && !a.note.Last && a.note.Unanswered+1 >= maxUnanswered
}

// answered notes that the server has told the upload's offset.
func (a *attempt) answered(ctx context.Context) *core.Error {
	if a.note.Unanswered == 0 {
		return nil
	}
	a.note.Unanswered = 0
	return a.keep(ctx)
}

// replace begins a new upload in place of one about which the server refuses to
// answer. If the server takes the new one, the refusal was about the old one and not
// about the account.
func (a *attempt) replace(ctx context.Context) (state, *core.Error) {
	old := a.note
	a.note = old.again(a.transfer.Source)
	begun, e := a.createUpload(ctx)
	switch a.note.URL {
	case "":
		a.note = old
	case old.URL: // a server that recognises the transfer returns the old one
	default:
		a.remove(ctx, old)
	}
	return begun, e
}

// remove deletes the uploads of n, unless one may be a stored file.
func (a *attempt) remove(ctx context.Context, n note) {
	if !n.doubtful() {
		a.terminate(ctx, n.live())
	}
}

// terminate tries to delete uploads; failures are ignored.
func (a *attempt) terminate(ctx context.Context, urls []string) {
	for _, target := range urls {
		if e := a.client.remove(ctx, target); e != nil {
			a.client.cfg.Log.Debug("an upload stays on the server", "transfer", a.transfer.ID, "code", e.Code)
		}
	}
}

// first returns the first error of the list, nil for none.
func first(list ...*core.Error) *core.Error {
	for _, e := range list {
		if e != nil {
			return e
		}
	}
	return nil
}

// hopeless returns e, after which the same bytes would be refused again. An upload
// that the server refuses as a whole is given up.
func (a *attempt) hopeless(ctx context.Context, e *core.Error) *core.Error {
	if err := a.file.Unchanged(); err != nil {
		return core.AsError(err)
	}
	if e.Status == statusChecksumMismatch && a.ending {
		a.drop(ctx)
	}
	return e
}

// drop gives up what the server has: the next attempt begins a new upload.
func (a *attempt) drop(ctx context.Context) {
	a.terminate(ctx, a.note.live())
	a.note = a.note.again(a.transfer.Source)
	if e := a.keep(ctx); e != nil {
		a.client.cfg.Log.Debug("the note stays", "transfer", a.transfer.ID, "code", e.Code)
	}
}
