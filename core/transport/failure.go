package transport

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// verdict is what a status means.
type verdict struct {
	kind    core.Kind
	code    core.Code
	message string
}

// verdicts by status; what is not here is CodeUnexpected.
var verdicts = map[int]verdict{ //nolint:gochecknoglobals // a table
	http.StatusBadRequest:                    {core.KindServer, core.CodeRejected, "The server refused the file."},
	http.StatusUnauthorized:                  {core.KindAuth, core.CodeTokenRejected, "The server refused the access token."},
	http.StatusForbidden:                     {core.KindServer, core.CodeForbidden, "This account may not upload to the server."},
	http.StatusNotFound:                      {core.KindServer, core.CodeUnexpected, "The server does not know the upload address; check the ingester's URL."},
	http.StatusProxyAuthRequired:             {core.KindNetwork, core.CodeProxy, "The proxy asks for a user name and password."},
	http.StatusRequestTimeout:                {core.KindServer, core.CodeTimeout, "The server gave up waiting for the file."},
	http.StatusConflict:                      {core.KindServer, core.CodeRejected, "The server refused the file."},
	http.StatusRequestEntityTooLarge:         {core.KindServer, core.CodeTooLarge, "The file is larger than the server takes."},
	http.StatusUnsupportedMediaType:          {core.KindServer, core.CodeRejected, "The server does not take files of this kind."},
	http.StatusUnprocessableEntity:           {core.KindServer, core.CodeRejected, "The server refused the file or what was said about it."},
	http.StatusTooEarly:                      {core.KindServer, core.CodeServerBusy, "The server asks to try again."},
	http.StatusTooManyRequests:               {core.KindServer, core.CodeServerBusy, "The server asks to slow down."},
	http.StatusInternalServerError:           {core.KindServer, core.CodeServerFailure, "The server failed."},
	http.StatusBadGateway:                    {core.KindServer, core.CodeServerFailure, "The server could not reach its storage."},
	http.StatusServiceUnavailable:            {core.KindServer, core.CodeServerBusy, "The server is busy or being maintained."},
	http.StatusGatewayTimeout:                {core.KindServer, core.CodeServerFailure, "The server behind the gateway did not answer in time."},
	http.StatusInsufficientStorage:           {core.KindServer, core.CodeStorageFull, "The server's storage is full."},
	http.StatusRequestHeaderFieldsTooLarge:   {core.KindServer, core.CodeRejected, "The server refused the request's headers."},
	http.StatusUnavailableForLegalReasons:    {core.KindServer, core.CodeRejected, "The server refused the file."},
	http.StatusHTTPVersionNotSupported:       {core.KindServer, core.CodeUnexpected, "The server does not speak this HTTP version."},
	http.StatusNetworkAuthenticationRequired: {core.KindNetwork, core.CodeProxy, "The network asks for a sign-in first."},
}

// FailureOf is the *core.Error for an answer that is not success. complete
// says that the whole body had been sent.
func FailureOf(doing string, resp *http.Response, data []byte, complete bool, now time.Time) *core.Error {
	if e := wire.CertificateRefusal(doing, resp.StatusCode, data); e != nil {
		return e
	}
	v, ok := verdicts[resp.StatusCode]
	if !ok {
		v = verdict{core.KindServer, core.CodeUnexpected, "The server gave an answer that an upload should not get."}
	}
	redact := withoutToken(resp)
	said := words([]byte(redact(string(data))), resp.Header.Get("Content-Type"))
	e := &core.Error{
		Kind: v.kind, Code: v.code, Op: doing, Message: v.message,
		Status: resp.StatusCode, ServerCode: said.code, ServerText: said.text,
		RetryAfter: wire.RetryAfter(resp.Header, now), Outcome: core.OutcomeAnswered,
	}
	switch {
	case resp.StatusCode == http.StatusExpectationFailed && askedLeave(resp):
		e.Code, e.Message = core.CodeServerBusy, "The server can't be asked before a file is sent; the next attempt goes without."
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Code, e.Message = core.CodeRedirect, "The server sends uploads elsewhere"+redact(target(resp))+"; redirects are not followed."
	case resp.StatusCode == http.StatusConflict && (strings.Contains(said.code, "IN_PROGRESS") || e.RetryAfter > 0):
		e.Code, e.Message = core.CodeKeyInProgress, "The server is still working on an earlier attempt of this file."
	case resp.StatusCode == http.StatusConflict && said.code == "MODE_NOT_ALLOWED":
		e.Code, e.Message = core.CodeReadOnly, "The server's storage is read-only."
	}
	if complete && mayHaveStored(resp.StatusCode, said) {
		e.Outcome = core.OutcomeUnknown
	}
	return e
}

// askedLeave reports whether the request asked for leave before its body.
func askedLeave(resp *http.Response) bool {
	return resp.Request != nil && resp.Request.Header.Get("Expect") != ""
}

// withoutToken takes the access token out of what a server says that echoes
// what it was sent.
func withoutToken(resp *http.Response) (redact func(string) string) {
	if resp.Request == nil {
		return core.NewRedactor().Redact
	}
	token := strings.TrimPrefix(resp.Request.Header.Get("Authorization"), "Bearer ")
	return core.NewRedactor(core.NewSecret(token)).Redact
}

// mayHaveStored reports whether an error answer leaves open what became of a
// complete body. A 502 in ArtStore's own words is its verdict on the storage
// behind it; any other is a gateway's that lost the server.
func mayHaveStored(status int, said saying) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusGatewayTimeout:
		return true
	case http.StatusBadGateway:
		return !said.artstore
	}
	return status < 300 // accepted, partial, reset …: a success that is none of ours
}

// target names the host of a redirect, "" where it names none.
func target(resp *http.Response) string {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return " (" + Clean(u.Host) + ")"
}

// saying is what a server says about an error.
type saying struct {
	code, text string
	artstore   bool // in the form of either generation
}

// words reads the error answers of both generations, OAuth's, and, from
// proxies, HTML and plain text.
func words(data []byte, contentType string) saying {
	var body struct {
		Detail  json.RawMessage `json:"detail"`
		Error   json.RawMessage `json:"error"`
		Message string          `json:"message"`
	}
	if json.Unmarshal(data, &body) == nil {
		if s, ok := secondGeneration(body.Error); ok {
			return s
		}
		if text := firstGeneration(body.Detail); text != "" {
			return saying{text: Clean(text), artstore: true}
		}
		return saying{text: Clean(body.Message)}
	}
	text := string(data)
	if strings.Contains(contentType, "html") || strings.HasPrefix(strings.TrimSpace(text), "<") {
		text = stripHTML(text)
	}
	return saying{text: Clean(text)}
}

// secondGeneration reads {"code":"…","message":"…"}.
func secondGeneration(raw json.RawMessage) (saying, bool) {
	var e struct{ Code, Message string }
	if len(raw) == 0 || json.Unmarshal(raw, &e) != nil || (e.Code == "" && e.Message == "") {
		return saying{}, false
	}
	return saying{code: Clean(e.Code), text: Clean(e.Message), artstore: true}, true
}

// firstGeneration reads a text, or a list of {"loc":[…],"msg":"…"}, which
// becomes "field: message; …".
func firstGeneration(raw json.RawMessage) string {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text
	}
	var list []struct {
		Loc []any  `json:"loc"`
		Msg string `json:"msg"`
	}
	if json.Unmarshal(raw, &list) != nil {
		return string(raw)
	}
	var parts []string
	for _, item := range list {
		field := ""
		if n := len(item.Loc); n > 0 {
			if name, ok := item.Loc[n-1].(string); ok {
				field = name + ": "
			}
		}
		parts = append(parts, field+item.Msg)
	}
	return strings.Join(parts, "; ")
}

var (
	hidden = regexp.MustCompile(`(?is)<(head|style|script)\b.*?</(head|style|script)>`)
	tags   = regexp.MustCompile(`(?s)<[^>]*>`)
)

// stripHTML leaves the words of a page.
func stripHTML(page string) string {
	return tags.ReplaceAllString(hidden.ReplaceAllString(page, " "), " ")
}
