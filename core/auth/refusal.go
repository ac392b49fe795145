package auth

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

const (
	maxServerText = 500 // characters of a server's words
)

// refusal turns an answer that is not 200 into an error. The body is used for
// the OAuth error and its description (RFC 6749 §5.2) or ArtStore's "detail"
// only, with everything secret taken out.
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
	code, text := serverWords(body)
	e.ServerCode, e.ServerText = clean(redact(code)), clean(redact(text))
	switch {
	case status >= 300 && status < 400:
		e.Kind, e.Code = core.KindServer, core.CodeRedirect
		e.Message += ", a redirect"
		if target, err := url.Parse(header.Get("Location")); err == nil && target.Host != "" {
			e.Message += " to " + clean(redact(target.Host))
		}
		e.Message += "; it is not followed"
	case status == http.StatusUnauthorized:
		e.Code = core.CodeSignInRefused
	case status == http.StatusForbidden:
		e.Code = core.CodeSignInDisabled
	case status == http.StatusBadRequest && (strings.HasPrefix(code, "invalid_") || strings.HasPrefix(code, "un")):
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

// serverWords finds the error's code and text in the forms that servers use:
// {"error","error_description"}, {"detail":"…"}, {"detail":[{"msg":"…"}]} and
// {"error":{"code","message"}}.
func serverWords(body []byte) (code, text string) {
	fields, err := parseObject(body)
	if err != nil {
		return "", ""
	}
	code, _ = asString(fields["error"])
	text, _ = asString(fields["error_description"])
	if text == "" {
		text, _ = asString(fields["detail"])
	}
	if text == "" {
		var detail []struct{ Msg string }
		if json.Unmarshal(fields["detail"], &detail) == nil && len(detail) > 0 {
			text = detail[0].Msg
		}
	}
	var nested struct{ Code, Message string }
	if code == "" && json.Unmarshal(fields["error"], &nested) == nil {
		code, text = nested.Code, nested.Message
	}
	return code, text
}

// clean makes a server's words fit to be shown.
func clean(text string) string { return core.OneLine(text, maxServerText, "") }
