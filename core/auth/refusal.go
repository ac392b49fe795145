package auth

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// refusal turns an answer other than 200 into an error. Of the body only the OAuth
// error and its description (RFC 6749 §5.2) or ArtStore's "detail" are used, without
// secrets.
func refusal(status int, header http.Header, body []byte, redact func(string) string, now time.Time) *core.Error {
	if e := wire.CertificateRefusal(opToken, status, body); e != nil {
		return e
	}
	e := &core.Error{
		Kind:    core.KindAuth,
		Op:      opToken,
		Message: "Failed to authenticate: the token server answered " + strconv.Itoa(status),
		Status:  status,
		Outcome: core.OutcomeAnswered,
	}
	said, known := wire.Words(body, redact) // HTML pages are not used: they could contain the secret in any encoding
	e.ServerCode, e.ServerText = said.Code, said.Text
	switch {
	case status >= 300 && status < 400:
		e.Kind, e.Code = core.KindServer, core.CodeRedirect
		e.Message += ", a redirect"
		if target, err := url.Parse(header.Get("Location")); err == nil && target.Host != "" {
			e.Message += " to " + wire.Clean(redact(target.Host))
		}
		e.Message += "; it is not followed"
	case status == http.StatusUnauthorized:
		e.Code = core.CodeSignInRefused
		e.Message = "Failed to authenticate (wrong client ID or secret, expired secret, or suspended account): the token server answered 401"
		if !known && strings.Contains(header.Get("Content-Type"), "html") {
			e.Message += " with a web page, which may be a gateway's or proxy's: check the address"
		}
	case status == http.StatusForbidden:
		e.Code = core.CodeSignInDisabled
	case status == http.StatusBadRequest && (strings.HasPrefix(said.Code, "invalid_") || strings.HasPrefix(said.Code, "un")):
		e.Code = core.CodeSignInRefused // invalid_client, invalid_scope, unauthorized_client, unsupported_grant_type …
	case status == http.StatusProxyAuthRequired:
		e.Kind, e.Code = core.KindNetwork, core.CodeProxy
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable,
		status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		e.Kind, e.Code = core.KindServer, core.CodeServerBusy
		e.RetryAfter = wire.RetryAfter(header, now)
	case status >= 500 || status == http.StatusMisdirectedRequest:
		e.Kind, e.Code = core.KindServer, core.CodeServerFailure
	default:
		e.Code = core.CodeUnexpected
	}
	return e
}
