package diagnose

import (
	"context"
	"net/http"

	"github.com/artstore/ingester/core"
)

// missing reports whether a status means that the address has no such thing. It says
// nothing about the token.
func missing(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusPreconditionFailed, http.StatusNotImplemented:
		return true
	}
	return false
}

// checkAuthorization sends the token to the ingester. If that verifies tokens with
// other keys than the token server signs with, it refuses every upload. Reading the
// list of files needs the same permission. Asking without the token as well shows
// whether the token made a difference.
func (u *uploads) checkAuthorization(ctx context.Context) verdict {
	q := question{method: http.MethodGet}
	var with *reply
	for _, path := range []string{"/api/v1/files/", "/api/v1/files"} { // of the first generation, and of all others
		q.url = u.at(path + "?page_size=1&limit=1")
		r, err := u.ask(ctx, q)
		if err != nil {
			return failed(err)
		}
		if with = r; !missing(r.status) && (r.status < 300 || r.status >= 400) {
			break
		}
	}
	switch {
	case with.status == http.StatusUnauthorized:
		return u.tokenRefused(with)
	case with.status < 300 || with.status == http.StatusForbidden:
		return u.compare(ctx, q, with)
	case u.tusAlone(ctx, with):
		return u.authorizedByTus(ctx)
	}
	return verdict{found: u.unproved(with), todo: say("authorization.first", nil)}
}

// compare asks again without the token.
func (u *uploads) compare(ctx context.Context, q question, with *reply) verdict {
	q.nameless = true
	without, err := u.ask(ctx, q)
	if err != nil {
		return failed(err)
	}
	refused := without.status == http.StatusUnauthorized || without.status == http.StatusForbidden
	switch {
	case with.status < 300 && refused:
		return verdict{found: say("authorization.accepted", nil)}
	case with.status == http.StatusForbidden && without.status == http.StatusUnauthorized:
		return verdict{found: say("authorization.known", nil)} // the account is known, but may not read
	case with.status < 300:
		return verdict{found: say("authorization.open", nil), todo: say("authorization.first", nil)}
	}
	return verdict{found: u.unproved(with), todo: say("authorization.first", nil)}
}

// authorizedByTus sends the token by beginning an upload, if the server offers nothing
// else that needs it.
func (u *uploads) authorizedByTus(ctx context.Context) verdict {
	v := verdict{found: say("authorization.no_list", nil)}
	if u.test.cfg.Profile.Upload.Protocol != core.ProtocolTus {
		v.todo = say("authorization.set_tus", nil)
	}
	switch try := u.try(ctx); {
	case try.refused != nil && try.refused.status == http.StatusUnauthorized:
		return u.tokenRefused(try.refused)
	case try.begun:
		v.found = say("authorization.tus", nil)
	case v.todo == nil:
		v.todo = say("authorization.first", nil)
	}
	return v
}

func (u *uploads) unproved(r *reply) facts {
	return facts{u.said(r), fact("authorization.unproved", nil)}
}

// tokenRefused is the verdict on a refused token. A wrong clock is reported first.
func (u *uploads) tokenRefused(r *reply) verdict {
	e := u.refusal(core.KindAuth, core.CodeTokenRejected, fact("authorization.refused", nil), r)
	v := failed(e, u.said(r))
	v.todo = say("authorization.keys", nil)
	if apart := u.test.clocks.apart(); apart > maxSkew {
		v.todo = say("authorization.clocks", with{"Skew": apart})
	}
	return v
}
