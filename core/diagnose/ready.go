package diagnose

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// checkReady reads the ingester's answer to the request made before. A gateway that
// offers only resumable uploads has no health check.
func (u *uploads) checkReady(ctx context.Context) verdict {
	r := u.server.request(ctx)
	h, known := wire.ReadHealth(r.status, r.body)
	if !known && u.tusAlone(ctx, r) {
		return verdict{found: say("ready.tus_alone", nil)}
	}
	if !known {
		return failed(notHealth(r))
	}
	told := parts(h)
	switch {
	case !h.Ready:
		e := problem(core.KindServer, core.CodeServerBusy, fact("ready.not", nil))
		e.Status, e.Outcome = r.status, core.OutcomeAnswered
		return failed(e, told...)
	case !h.Well():
		return verdict{found: told, todo: say("ready.partly", nil)}
	}
	return verdict{found: told}
}

// parts tells what the ingester can do and which of its parts do not work.
func parts(h wire.Health) facts {
	told := facts{plain(clean(h.Status))}
	if failing := h.Failing(); len(failing) > 0 {
		told = append(told, fact("ready.parts", with{"Parts": list(failing)}))
	}
	if h.HonoursKey {
		told = append(told, fact("ready.key", nil))
	} else {
		told = append(told, fact("ready.no_key", nil))
	}
	if h.MaxFileSize > 0 {
		told = append(told, fact("ready.size", with{"Size": h.MaxFileSize}))
	}
	return told
}

// notHealth is the error for an answer that is not a health check's.
func notHealth(r *reply) *core.Error {
	code, key, fill := core.CodeUnexpected, "health.other", with{"Status": strconv.Itoa(r.status)}
	switch {
	case r.status == http.StatusOK:
		code, key = core.CodeAnswerInvalid, "health.none"
	case r.status >= 300 && r.status < 400:
		code, key = core.CodeRedirect, "health.redirect"
		if to, err := url.Parse(r.header.Get("Location")); err == nil && to.Host != "" {
			key, fill["Host"] = "health.redirect_to", clean(to.Host)
		}
	case r.status == http.StatusNotFound:
		key = "health.missing"
	case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable:
		code, key = core.CodeServerBusy, "health.busy"
	case r.status >= http.StatusInternalServerError:
		code, key = core.CodeServerFailure, "health.failure"
	}
	e := problem(core.KindServer, code, fact(key, fill))
	e.Status, e.Outcome = r.status, core.OutcomeAnswered
	return e
}
