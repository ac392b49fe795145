package diagnose

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
		return failed("", notHealth(r))
	}
	detail := h.describe()
	switch {
	case r.status != http.StatusOK || h.Status == "fail":
		return failed(detail, &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Op: op, Status: r.status,
			Message: "The ingester is not ready to take uploads.", Outcome: core.OutcomeAnswered})
	case h.Status != "ok":
		return verdict{detail: detail, advice: "The ingester takes uploads, but not all of it works. Tell its administrator if uploads fail."}
	}
	return verdict{detail: detail}
}

// describe says what the ingester can do and which of its parts do not work.
func (h health) describe() string {
	parts := []string{clean(h.Status)}
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
		parts = append(parts, list(bad))
	}
	if h.IdempotencyKey {
		parts = append(parts, "refuses duplicates")
	} else {
		parts = append(parts, "does not say that it refuses duplicates")
	}
	if h.MaxFileSize > 0 {
		parts = append(parts, "files up to "+strconv.FormatInt(h.MaxFileSize, 10)+" bytes")
	}
	return strings.Join(parts, "; ")
}

// notHealth is the error for an answer that is none of a health check.
func notHealth(r *reply) *core.Error {
	e := &core.Error{Kind: core.KindServer, Code: core.CodeUnexpected, Op: op, Status: r.status, Outcome: core.OutcomeAnswered}
	answered := "The ingester answers " + strconv.Itoa(r.status)
	switch {
	case r.status == http.StatusOK:
		e.Code, e.Message = core.CodeAnswerInvalid, "What answers at this address is no ArtStore server."
	case r.status >= 300 && r.status < 400:
		e.Code, e.Message = core.CodeRedirect, answered+", a redirect"
		if to, err := url.Parse(r.header.Get("Location")); err == nil && to.Host != "" {
			e.Message += " to " + clean(to.Host)
		}
		e.Message += "; it is not followed."
	case r.status == http.StatusNotFound:
		e.Message = "The server has no health check; check ingester_url."
	case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable:
		e.Code, e.Message = core.CodeServerBusy, answered+": it is busy or down for maintenance."
	case r.status >= http.StatusInternalServerError:
		e.Code, e.Message = core.CodeServerFailure, answered+": it, or what it needs, does not work."
	default:
		e.Message = answered + " to a health check; check ingester_url."
	}
	return e
}
