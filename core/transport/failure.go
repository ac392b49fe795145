package transport

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// verdict is the meaning of a status.
type verdict struct {
	kind    core.Kind
	code    core.Code
	message string
}

// verdicts by status. Any other status is CodeUnexpected.
var verdicts = map[int]verdict{ //nolint:gochecknoglobals // a table
	http.StatusBadRequest:                    {core.KindServer, core.CodeRejected, "The server refused the file."},
	http.StatusUnauthorized:                  {core.KindAuth, core.CodeTokenRejected, "The server refused the access token."},
	http.StatusForbidden:                     {core.KindServer, core.CodeForbidden, "The server does not allow this upload."},
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
	http.StatusUnavailableForLegalReasons:    {core.KindServer, core.CodeRejected, "The server refused the file."},
	http.StatusHTTPVersionNotSupported:       {core.KindServer, core.CodeUnexpected, "The server does not speak this HTTP version."},
	http.StatusNetworkAuthenticationRequired: {core.KindNetwork, core.CodeProxy, "The network asks for a sign-in first."},
}

// FailureOf returns the *core.Error for an answer other than success. complete says
// that the whole body had been sent.
func FailureOf(doing string, resp *http.Response, data []byte, complete bool, now time.Time) *core.Error {
	if e := wire.CertificateRefusal(doing, resp.StatusCode, data); e != nil {
		return e
	}
	v, known := verdicts[resp.StatusCode]
	if !known {
		v = verdict{core.KindServer, core.CodeUnexpected, "The server gave an answer that an upload should not get."}
	}
	redact := withoutToken(resp)
	said, ok := wire.Words(data, redact)
	if !ok {
		said.Text = wire.Page(data, resp.Header.Get("Content-Type"), redact)
	}
	e := &core.Error{
		Kind: v.kind, Code: v.code, Op: doing, Message: v.message,
		Status: resp.StatusCode, ServerCode: said.Code, ServerText: said.Text,
		RetryAfter: wire.RetryAfter(resp.Header, now), Outcome: core.OutcomeAnswered,
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized && wire.OtherSignIn(resp.Header) != "":
		e.Message = "The server, or a gateway before it, asks for a sign-in by " + wire.OtherSignIn(resp.Header) + ", not by an access token; check the address and the proxy."
	case resp.StatusCode == http.StatusExpectationFailed && expectedContinue(resp):
		e.Code, e.Message = core.CodeServerBusy, "The server can't be asked before a file is sent; the next attempt goes without."
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.Code, e.Message = core.CodeRedirect, "The server sends uploads elsewhere"+redact(target(resp))+"; redirects are not followed."
	case resp.StatusCode == http.StatusConflict && (strings.Contains(said.Code, "IN_PROGRESS") || e.RetryAfter > 0):
		e.Code, e.Message = core.CodeKeyInProgress, "The server is still working on an earlier attempt of this file."
	case resp.StatusCode == http.StatusConflict && said.Code == "MODE_NOT_ALLOWED":
		e.Code, e.Message = core.CodeReadOnly, "The server's storage is read-only."
	case resp.StatusCode == http.StatusServiceUnavailable && e.RetryAfter > 0 && aboutStorage(said):
		e.Code, e.Message = core.CodeNoRoom, "No storage of the server takes this file now."
	}
	headersTooLong(e, resp)
	if complete && mayHaveStored(resp.StatusCode, said) {
		e.Outcome = core.OutcomeUnknown
	}
	return e
}

// expectedContinue reports whether the request asked before sending its body
// (Expect: 100-continue).
func expectedContinue(resp *http.Response) bool {
	return resp.Request != nil && resp.Request.Header.Get("Expect") != ""
}

// withoutToken returns a function that removes the access token from the message of
// a server that echoes what it was sent.
func withoutToken(resp *http.Response) (redact func(string) string) {
	if resp.Request == nil {
		return core.NewRedactor().Redact
	}
	token := strings.TrimPrefix(resp.Request.Header.Get("Authorization"), "Bearer ")
	return core.NewRedactor(core.NewSecret(token)).Redact
}

// mayHaveStored reports whether, after an error answer to a complete body, the file
// may have been stored. A 502 in ArtStore's form is about the storage behind it; any
// other is of a gateway that lost the server.
func mayHaveStored(status int, said wire.Said) bool {
	switch status {
	case http.StatusInternalServerError, http.StatusGatewayTimeout:
		return true
	case http.StatusBadGateway:
		return !said.ArtStore
	}
	return status < 300 // accepted, partial, reset …: a success that the call doesn't have
}

// aboutStorage reports whether ArtStore says that no storage takes a file of that
// size now. Others may fit.
func aboutStorage(said wire.Said) bool {
	words := strings.ToLower(said.Code + " " + said.Text)
	return said.ArtStore && (strings.Contains(words, "storage") || strings.Contains(words, "capacity"))
}

// target returns the host of a redirect, "" if it names none.
func target(resp *http.Response) string {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || u.Host == "" {
		return ""
	}
	return " (" + wire.Clean(u.Host) + ")"
}
