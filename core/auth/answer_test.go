package auth

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// with returns a good answer with fields added or replaced.
func with(fields ...string) string {
	all := map[string]string{"access_token": `"opaque-1"`, "token_type": `"Bearer"`, "expires_in": "1800"}
	order := []string{"access_token", "token_type", "expires_in"}
	for i := 0; i < len(fields); i += 2 {
		if _, ok := all[fields[i]]; !ok {
			order = append(order, fields[i])
		}
		all[fields[i]] = fields[i+1]
	}
	var parts []string
	for _, name := range order {
		if all[name] != "-" {
			parts = append(parts, `"`+name+`":`+all[name])
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// answerCase is the body of a 200 and the expected result.
type answerCase struct {
	name, body string
	lifetime   time.Duration // expected; 0: refused
}

// Fault 4: expires_in.
func lifetimeCases() []answerCase {
	var cases []answerCase
	for value, lifetime := range map[string]time.Duration{
		"-": 30 * time.Minute, "null": 30 * time.Minute, "1800": 30 * time.Minute, "300": 5 * time.Minute, "1": time.Second,
		`"300"`: 5 * time.Minute, `" 300 "`: 5 * time.Minute, `"3.5"`: 3500 * time.Millisecond, "3.5": 3500 * time.Millisecond, "3e2": 5 * time.Minute, "3E+2": 5 * time.Minute,
		"86400": 24 * time.Hour, "86401": 24 * time.Hour, "1e99": 24 * time.Hour, "1e400": 24 * time.Hour, `"1e99"`: 24 * time.Hour, "9223372036854775808": 24 * time.Hour,
		"+300": 0, "0300": 0, ".5": 0, "5.": 0, "NaN": 0, "Infinity": 0, "0x10": 0, "'300'": 0, "300s": 0, // not JSON
	} {
		cases = append(cases, answerCase{"expires_in " + value, with("expires_in", value), lifetime})
	}
	for _, value := range []string{ // impossible lifetimes count as unknown
		"0", "0.0", "-0", "-1", "-1e400", "1e-99", "0.0000000001", `"0"`, `"-300"`,
		`""`, `" "`, `"soon"`, `"30m"`, `"inf"`, `"NaN"`, `"Infinity"`, `"0x10"`, `"1_0"`, `"1,5"`, `"--1"`, `"e"`, `"٣٠٠"`,
		"true", "false", "[]", "[300]", "{}", `{"seconds":300}`,
	} {
		cases = append(cases, answerCase{"expires_in " + value, with("expires_in", value), 30 * time.Minute})
	}
	return cases
}

// Fault 7: token_type and access_token.
func tokenCases() []answerCase {
	const half = 30 * time.Minute
	long := strings.Repeat("a", maxToken)
	return []answerCase{
		{"type bearer", with("token_type", `"bearer"`), half},
		{"type BEARER", with("token_type", `"BEARER"`), half},
		{"type missing", with("token_type", "-"), half},
		{"type null", with("token_type", "null"), half},
		{"type empty", with("token_type", `""`), half},
		{"type JWT", with("token_type", `"JWT"`), 0},
		{"type of RFC 8693", with("token_type", `"urn:ietf:params:oauth:token-type:id_token"`), 0},
		{"type of two", with("token_type", `"Bearer, DPoP"`), 0},
		{"type of two words", with("token_type", `"Bearer DPoP"`), 0},
		{"type cut off", with("token_type", `"Bear"`), 0},
		{"type with a Cyrillic letter", with("token_type", `"Beаrer"`), 0},
		{"type PoP", with("token_type", `"PoP"`), 0},
		{"type Negotiate", with("token_type", `"Negotiate"`), 0},
		{"type Hawk", with("token_type", `"Hawk"`), 0},
		{"type with NUL", with("token_type", `"Bearer\u0000"`), 0},
		{"token with a vertical tab", with("access_token", `"opaque\u000b1"`), 0},
		{"token with NEL", with("access_token", `"opaque\u00851"`), 0},
		{"token with a joiner", with("access_token", `"opaque\u200d1"`), 0},
		{"type mac", with("token_type", `"mac"`), 0},
		{"type DPoP", with("token_type", `"DPoP"`), 0},
		{"type N_A", with("token_type", `"N_A"`), 0},
		{"type with a space", with("token_type", `"Bearer "`), half},
		{"type Basic", with("token_type", `"Basic"`), 0},
		{"type number", with("token_type", "1"), 0},
		{"type bool", with("token_type", "true"), 0},
		{"type list", with("token_type", `["Bearer"]`), 0},
		{"type object", with("token_type", `{"a":"Bearer"}`), 0},
		{"token missing", with("access_token", "-"), 0},
		{"token null", with("access_token", "null"), 0},
		{"token empty", with("access_token", `""`), 0},
		{"token number", with("access_token", "12345"), 0},
		{"token bool", with("access_token", "true"), 0},
		{"token list", with("access_token", `["opaque-1"]`), 0},
		{"token object", with("access_token", `{"value":"opaque-1"}`), 0},
		{"token with CR", with("access_token", `"opaque\r1"`), 0},
		{"token with LF", with("access_token", `"opaque\n1"`), 0},
		{"token with a header", with("access_token", `"opaque\r\nX-Evil: 1"`), 0},
		{"token with a space", with("access_token", `"opaque 1"`), 0},
		{"token begins with a space", with("access_token", `" opaque-1"`), 0},
		{"token with a tab", with("access_token", `"opaque\t1"`), 0},
		{"token with NUL", with("access_token", `"opaque\u00001"`), 0},
		{"token with DEL", with("access_token", `"opaque\u007f1"`), 0},
		{"token with é", with("access_token", `"opaqué"`), 0},
		{"token with a bidi override", with("access_token", `"opaque\u202e1"`), 0},
		{"token with a lone surrogate", with("access_token", `"opaque\ud8001"`), 0},
		{"token with an emoji", with("access_token", `"opaque😀"`), 0},
		{"token of 16 KiB", with("access_token", `"`+long+`"`), half},
		{"token of 16 KiB and one", with("access_token", `"`+long+`a"`), 0},
		{"token of one letter", with("access_token", `"a"`), half},
		{"token with all of RFC 6750", with("access_token", `"aZ09-._~+/=="`), half},
		{"name in capitals", with("access_token", "-", "Access_Token", `"opaque-1"`), 0},
		{"name in camel case", with("access_token", "-", "accessToken", `"opaque-1"`), 0},
		{"id_token only", with("access_token", "-", "id_token", `"opaque-1"`), 0},
		{"token with a soft hyphen", with("access_token", `"opaque\u00ad1"`), 0},
		{"token with a line separator", with("access_token", `"opaque\u20281"`), 0},
		{"token with an escape character", with("access_token", `"opaque\u001b[31m"`), 0},
		{"token ends with a line break", with("access_token", `"opaque-1\n"`), 0},
		{"token is white space", with("access_token", `" "`), 0},
		{"token in an envelope", `{"data":` + with() + `}`, 0},
	}
}

// Fault 6: bodies.
func bodyCases() []answerCase {
	const half = 30 * time.Minute
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 10<<20))
	_ = z.Close()
	wide := utf16.Encode([]rune(with()))
	var utf16le bytes.Buffer
	utf16le.Write([]byte{0xff, 0xfe})
	for _, u := range wide {
		utf16le.Write([]byte{byte(u), byte(u >> 8)})
	}
	nest := func(n int) string {
		return with("x", strings.Repeat("[", n)+strings.Repeat("]", n))
	}
	cases := []answerCase{
		{"good", with(), half},
		{"white space around", " \r\n\t" + with() + " \n", half},
		{"unknown fields", with("refresh_token", `"r"`, "issued_at", `"now"`, "scope", `"files:write"`, "x", `{"y":[1,2,{}]}`), half},
		{"scope is no string", with("scope", `["files:write"]`), half},
		{"escaped name", strings.Replace(with(), "access_token", `access\u005ftoken`, 1), half},
		{"nested a little", nest(maxDepth - 1), half},
		{"brackets in a string", with("x", `"`+strings.Repeat("[", 2000)+`\""`), half},
		{"64 KiB", with("x", `"`+strings.Repeat("x", maxBody-len(with("x", `""`)))+`"`), half},
		{"64 KiB and one", with("x", `"`+strings.Repeat("x", maxBody+1-len(with("x", `""`)))+`"`), 0},
		{"10 MB", with("x", `"`+strings.Repeat("x", 10<<20)+`"`), 0},
		{"10 MB of spaces after it", with() + strings.Repeat(" ", 10<<20), 0},
		{"nested 33", nest(maxDepth), 0},
		{"nested 1000", nest(1000), 0},
		{"only brackets", strings.Repeat("[", 60000), 0},
		{"only braces", strings.Repeat(`{"a":`, 10000), 0},
		{"login page", "<!DOCTYPE html><html><title>Sign in</title><form></form></html>", 0},
		{"XML", `<?xml version="1.0"?><access_token>opaque-1</access_token>`, 0},
		{"form", "access_token=opaque-1&token_type=Bearer&expires_in=1800", 0},
		{"text", "OK", 0},
		{"empty", "", 0},
		{"spaces", "   ", 0},
		{"null", "null", 0},
		{"number", "1", 0},
		{"string", `"opaque-1"`, 0},
		{"list", "[" + with() + "]", 0},
		{"empty object", "{}", 0},
		{"error with 200", `{"error":"invalid_client","error_description":"no"}`, 0},
		{"token twice", strings.Replace(with(), "{", `{"access_token":"other",`, 1), 0},
		{"token twice, once escaped", strings.Replace(with(), "{", `{"access\u005ftoken":"other",`, 1), 0},
		{"lifetime twice", strings.Replace(with(), "{", `{"expires_in":1,`, 1), 0},
		{"unknown name twice", with("x", `1,"x":2`), 0},
		{"UTF-8 byte order mark", "\ufeff" + with(), 0},
		{"UTF-16", utf16le.String(), 0},
		{"invalid UTF-8", with("x", "\"\xff\""), 0},
		{"invalid UTF-8 outside", with() + "\xff", 0},
		{"gzip", zipped.String(), 0},
		{"UTF-32", strings.Join(strings.Split(with(), ""), "\x00\x00\x00"), 0},
		{"overlong UTF-8", with("x", "\"\xc0\xaf\""), 0},
		{"bad escape", with("x", `"\x41"`), 0},
		{"half an escape", with("x", `"\u00"`), 0},
		{"a key that is no string", strings.Replace(with(), "{", `{1:2,`, 1), 0},
		{"a value missing", with("x", ""), 0},
		{"two commas", strings.Replace(with(), ",", ",,", 1), 0},
		{"equals signs", strings.ReplaceAll(with(), ":", "="), 0},
		{"YAML", "access_token: opaque-1\ntoken_type: Bearer\n", 0},
		{"a JWT alone", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", 0},
		{"true", "true", 0},
		{"closed too often", with() + "}", 0},
		{"two objects", with() + with(), 0},
		{"something behind", with() + "x", 0},
		{"a comma behind", strings.TrimSuffix(with(), "}") + ",}", 0},
		{"single quotes", strings.ReplaceAll(with(), `"`, `'`), 0},
		{"no quotes", strings.ReplaceAll(with(), `"`, ``), 0},
		{"comment", "/* here */" + with(), 0},
		{"line break in a string", with("x", "\"a\nb\""), 0},
		{"NUL", "\x00" + with(), 0},
		{"a prefix against script inclusion", ")]}',\n" + with(), 0},
		{"JSONP", "callback(" + with() + ")", 0},
		{"an event stream", "data: " + with() + "\n\n", 0},
	}
	for at := 1; at < len(with()); at += 7 {
		cases = append(cases, answerCase{"cut off at " + with()[:at], with()[:at], 0})
	}
	return cases
}

// Faults 4, 6, 7: possible answers of a token server, over a real socket, for both grants.
func TestAnswers(t *testing.T) {
	cases := append(append(lifetimeCases(), tokenCases()...), bodyCases()...)
	malformed := 0
	for _, tt := range cases {
		if tt.lifetime == 0 {
			malformed++
		}
	}
	if malformed < 120 {
		t.Errorf("only %d malformed answers", malformed)
	}
	for _, form := range []bool{false, true} {
		a := newAdmin(t, nil)
		var change []func(*Config)
		if form {
			change = append(change, oauth2)
		}
		f := newSource(t, a, change...)
		for _, tt := range cases {
			a.respond(reply(tt.body))
			f.clock.AdvanceMono(quiet)
			token, err := f.Token(t.Context())
			good := tt.lifetime > 0
			switch {
			case good && err != nil:
				t.Errorf("%.60s (form %t): %v", tt.name, form, err)
			case good && token.Expiry.Sub(f.clock.Now()) != tt.lifetime:
				t.Errorf("%.60s: lives %v, want %v", tt.name, token.Expiry.Sub(f.clock.Now()), tt.lifetime)
			case !good && (err == nil || core.CodeOf(err) != core.CodeTokenInvalid || !strings.Contains(err.Error(), "Invalid token response")):
				t.Errorf("%.60s (form %t): %v", tt.name, form, err)
			case !good && strings.Contains(err.Error(), "opaque"):
				t.Errorf("%.60s: the body is shown: %v", tt.name, err)
			}
			f.Invalidate(token)
		}
		if a.tokens.Load() != int64(len(cases)) {
			t.Errorf("%d requests for %d answers", a.tokens.Load(), len(cases))
		}
	}
}

// A token that comes with 201 is accepted.
func TestCreated(t *testing.T) {
	a := newAdmin(t, nil)
	a.respond(refuse(http.StatusCreated, with()))
	if token := newSource(t, a).mustToken(t); token.Value.Reveal() != "opaque-1" {
		t.Errorf("%+v", token)
	}
}

// Fault 8 and all other answers than 200. Fault 1: each sends one request.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("é", 600)
	encoded := base64.StdEncoding.EncodeToString([]byte(testSecret))
	for _, tt := range []struct {
		name       string
		status     int
		body       string
		retryAfter string
		kind       core.Kind
		code       core.Code
		serverCode string
		serverText string
		wait       time.Duration
	}{
		{name: "RFC 6749 §5.2", status: 401, body: `{"error":"invalid_client","error_description":"Unknown client"}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverCode: "invalid_client", serverText: "Unknown client"},
		{name: "invalid_client as 400", status: 400, body: `{"error":"invalid_client"}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverCode: "invalid_client"},
		{name: "unauthorized_client", status: 400, body: `{"error":"unauthorized_client"}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverCode: "unauthorized_client"},
		{name: "ArtStore", status: 403, body: `{"detail":"Account disabled"}`, kind: core.KindAuth, code: core.CodeSignInDisabled, serverText: "Account disabled"},
		{name: "FastAPI", status: 422, body: `{"detail":[{"loc":["body","client_id"],"msg":"field required","type":"missing"}]}`, kind: core.KindAuth, code: core.CodeUnexpected, serverText: "client_id: field required"},
		{name: "second generation", status: 400, body: `{"error":{"code":"VALIDATION_ERROR","message":"client_id: too short"}}`, kind: core.KindAuth, code: core.CodeUnexpected, serverCode: "VALIDATION_ERROR", serverText: "client_id: too short"},
		{name: "HTML", status: 404, body: `<html>not here</html>`, kind: core.KindAuth, code: core.CodeUnexpected},
		{name: "no content", status: 204, kind: core.KindAuth, code: core.CodeUnexpected},
		{name: "proxy", status: 407, kind: core.KindNetwork, code: core.CodeProxy},
		{name: "busy, seconds", status: 503, retryAfter: "120", kind: core.KindServer, code: core.CodeServerBusy, wait: 2 * time.Minute},
		{name: "busy, date", status: 429, retryAfter: "Sun, 01 Mar 2026 12:01:00 GMT", kind: core.KindServer, code: core.CodeServerBusy, wait: time.Minute},
		{name: "busy, past", status: 429, retryAfter: "Sun, 01 Mar 2020 12:01:00 GMT", kind: core.KindServer, code: core.CodeServerBusy},
		{name: "busy, negative", status: 429, retryAfter: "-1", kind: core.KindServer, code: core.CodeServerBusy},
		{name: "busy, huge", status: 429, retryAfter: "99999999999999999999", kind: core.KindServer, code: core.CodeServerBusy, wait: 24 * time.Hour},
		{name: "busy, a week", status: 429, retryAfter: "604800", kind: core.KindServer, code: core.CodeServerBusy, wait: 24 * time.Hour},
		{name: "busy, no number", status: 429, retryAfter: "NaN", kind: core.KindServer, code: core.CodeServerBusy},
		{name: "busy, infinite", status: 429, retryAfter: "Inf", kind: core.KindServer, code: core.CodeServerBusy},
		{name: "busy, garbage", status: 429, retryAfter: "abc", kind: core.KindServer, code: core.CodeServerBusy},
		{name: "request time-out", status: 408, kind: core.KindServer, code: core.CodeServerBusy},
		{name: "failure", status: 500, body: `{"detail":"boom"}`, kind: core.KindServer, code: core.CodeServerFailure, serverText: "boom"},
		{name: "bad gateway", status: 502, kind: core.KindServer, code: core.CodeServerFailure},
		{name: "misdirected", status: 421, kind: core.KindServer, code: core.CodeServerFailure},
		{name: "secret echoed", status: 401, body: `{"error":"hunter2:%+&é/\"x","error_description":"bad secret hunter2%3A%25%2B%26%C3%A9%2F%22x or ` + encoded + `"}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverCode: "[redacted]", serverText: "bad secret [redacted] or [redacted]"},
		{name: "control characters", status: 401, body: `{"detail":" a\u0000b\r\nc\u202ed "}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverText: "ab cd"},
		{name: "long", status: 401, body: `{"detail":"` + long + `"}`, kind: core.KindAuth, code: core.CodeSignInRefused, serverText: long[:2*wire.MaxText]},
		{name: "longer than 64 KiB", status: 401, body: `{"detail":"` + strings.Repeat("x", maxBody) + `"}`, kind: core.KindAuth, code: core.CodeSignInRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAdmin(t, nil)
			a.respond(func(w http.ResponseWriter, r *http.Request) {
				if tt.retryAfter != "" {
					w.Header().Set("Retry-After", tt.retryAfter)
				}
				refuse(tt.status, tt.body)(w, r)
			})
			f := newSource(t, a)
			e := f.failure(t, tt.kind, tt.code)
			if e.Status != tt.status || e.ServerCode != tt.serverCode || e.ServerText != tt.serverText || e.RetryAfter != tt.wait || e.Outcome != core.OutcomeAnswered {
				t.Errorf("%+v", e)
			}
			if a.tokens.Load() != 1 {
				t.Errorf("%d requests", a.tokens.Load())
			}
		})
	}
}

// Fault 8: no kind of redirect is followed.
func TestRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		other := newAdmin(t, nil)
		a := newAdmin(t, nil)
		a.respond(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+tokenPath, status)
		})
		f := newSource(t, a)
		e := f.failure(t, core.KindServer, core.CodeRedirect)
		if host := strings.TrimPrefix(other.URL, "http://"); e.Status != status || !strings.Contains(e.Message, host) {
			t.Error(e)
		}
		if other.tokens.Load() != 0 {
			t.Errorf("%d: the other server got a request", status)
		}
	}
}

// An HTML page instead of the server's answer may come from something on the way.
func TestRefusedByAPage(t *testing.T) {
	for contentType, page := range map[string]bool{"text/html; charset=utf-8": true, "application/json": false, "": false} {
		a := newAdmin(t, nil)
		a.respond(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", contentType)
			refuse(http.StatusUnauthorized, map[bool]string{true: "<h1>Sign in</h1>", false: `{"detail":"no"}`}[page])(w, r)
		})
		if e := newSource(t, a).failure(t, core.KindAuth, core.CodeSignInRefused); strings.Contains(e.Message, "a web page, which may be a gateway's") != page {
			t.Errorf("%q: %s", contentType, e.Message)
		}
	}
}
