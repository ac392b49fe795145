package diagnose

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/artstore/ingester/core"
)

func (s *server) readiness() task { return task{Ready, core.TargetIngester, s.checkReady} }

// health is the answer of GET /health/ready.
type health struct {
	Status         string                     `json:"status"`
	Checks         map[string]json.RawMessage `json:"checks"`
	IdempotencyKey bool                       `json:"idempotency_key"`
	MaxFileSize    int64                      `json:"max_file_size"`
}

// checkReady reads the ingester's answer to the request that has been made.
func (s *server) checkReady(ctx context.Context) verdict {
	r := s.request(ctx)
	var h health
	known := json.Unmarshal(r.body, &h) == nil && h.Status != ""
	if !known || (r.status != http.StatusOK && r.status != http.StatusServiceUnavailable) {
		return failed(notHealth(r))
	}
	told := h.describe()
	switch {
	case r.status != http.StatusOK || h.Status == "fail":
		e := problem(core.KindServer, core.CodeServerBusy, fact("ready.not", nil))
		e.Status, e.Outcome = r.status, core.OutcomeAnswered
		return failed(e, told...)
	case h.Status != "ok":
		return verdict{found: told, todo: say("ready.partly", nil)}
	}
	return verdict{found: told}
}

// describe says what the ingester can do and which of its parts do not work.
func (h health) describe() facts {
	told := facts{plain(clean(h.Status))}
	var names []string
	for name := range h.Checks {
		names = append(names, name)
	}
	slices.Sort(names)
	var bad []string
	for _, name := range names {
		var text string
		if json.Unmarshal(h.Checks[name], &text) != nil {
			text = string(h.Checks[name])
		}
		if text != "ok" {
			bad = append(bad, clean(name+": "+text))
		}
	}
	if len(bad) > 0 {
		told = append(told, fact("ready.parts", with{"Parts": list(bad)}))
	}
	if h.IdempotencyKey {
		told = append(told, fact("ready.key", nil))
	} else {
		told = append(told, fact("ready.no_key", nil))
	}
	if h.MaxFileSize > 0 {
		told = append(told, fact("ready.size", with{"Size": h.MaxFileSize}))
	}
	return told
}

// notHealth is the error for an answer that is none of a health check.
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
