package tus

import (
	"context"
	"errors"

	"github.com/artstore/ingester/core"
)

// maxUnanswered is how many attempts in a row the server may refuse to say how
// far an upload is; then a new one begins.
const maxUnanswered = 3

// unusable is e, after which the next attempt begins again if the server does
// not know the upload any more, or says nonsense about it. What it may have had
// to the end is of unknown outcome then, as it is where the server goes on
// refusing to speak of it.
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
	case last: // it may be asked again
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

// unknown is what e leaves of an upload whose last bytes had been sent.
func unknown(e *core.Error, message string) *core.Error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeOutcomeUnknown, Op: opUpload, Status: e.Status, Outcome: core.OutcomeUnknown,
		Message: message, Err: e}
}

// refusedOften reports whether e is one more refusal to speak of an upload that
// another one may take the place of.
func (a *attempt) refusedOften(e *core.Error) bool {
	return errors.Is(e, errUnanswered) && !a.note.Last && a.note.Unanswered+1 >= maxUnanswered
}

// answered notes that the server speaks of the upload.
func (a *attempt) answered(ctx context.Context) *core.Error {
	if a.note.Unanswered == 0 {
		return nil
	}
	a.note.Unanswered = 0
	return a.keep(ctx)
}

// replace begins a new upload in place of one that the server refuses to speak
// of. Only that it takes the new one shows that it has something against the
// old one, and not against the account.
func (a *attempt) replace(ctx context.Context) (state, *core.Error) {
	old := a.note
	a.note = old.again(a.transfer.Source)
	begun, e := a.createUpload(ctx)
	switch a.note.URL {
	case "":
		a.note = old
	case old.URL: // a server that knows the transfer gives it back
	default:
		a.remove(ctx, old)
	}
	return begun, e
}

// remove deletes what n names, unless it may be a stored file.
func (a *attempt) remove(ctx context.Context, n note) {
	if !n.doubtful() {
		a.terminate(ctx, n.live())
	}
}

// terminate deletes uploads, as well as can be done.
func (a *attempt) terminate(ctx context.Context, urls []string) {
	for _, target := range urls {
		if e := a.client.remove(ctx, target); e != nil {
			a.client.cfg.Log.Debug("an upload stays on the server", "transfer", a.transfer.ID, "code", e.Code)
		}
	}
}

// first is the first error that there is.
func first(list ...*core.Error) *core.Error {
	for _, e := range list {
		if e != nil {
			return e
		}
	}
	return nil
}

// hopeless is e, after which the same bytes would be refused again. An upload
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

// drop gives up what the server has: the next attempt begins again.
func (a *attempt) drop(ctx context.Context) {
	a.terminate(ctx, a.note.live())
	a.note = a.note.again(a.transfer.Source)
	if e := a.keep(ctx); e != nil {
		a.client.cfg.Log.Debug("the note stays", "transfer", a.transfer.ID, "code", e.Code)
	}
}
