package transport

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func TestFailureOf(t *testing.T) {
	const gen1, gen2 = `{"detail":"no \u0007luck"}`, `{"error":{"code":"SOME_CODE","message":"no luck"}}`
	answered, unknown := core.OutcomeAnswered, core.OutcomeUnknown
	for _, tt := range []struct {
		status         int
		header, body   string // header is Retry-After, Location or Content-Type, depending on its form
		kind           core.Kind
		code           core.Code
		outcome        core.Outcome // after a complete body
		serverCode, tx string
	}{
		{400, "", gen1, core.KindServer, core.CodeRejected, answered, "", "no luck"},
		{400, "", gen2, core.KindServer, core.CodeRejected, answered, "SOME_CODE", "no luck"},
		{400, "text/html", "<center>The SSL certificate error</center>", core.KindTLS, core.CodeTLSClientRefused, answered, "", ""},
		{400, "text/html", "<center>No required SSL certificate was sent</center>", core.KindTLS, core.CodeTLSClientRequired, answered, "", ""},
		{401, "", gen1, core.KindAuth, core.CodeTokenRejected, answered, "", "no luck"},
		{403, "", gen2, core.KindServer, core.CodeForbidden, answered, "SOME_CODE", "no luck"},
		{404, "", gen1, core.KindServer, core.CodeUnexpected, answered, "", "no luck"},
		{405, "", "", core.KindServer, core.CodeUnexpected, answered, "", ""},
		{407, "", "", core.KindNetwork, core.CodeProxy, answered, "", ""},
		{408, "", "", core.KindServer, core.CodeTimeout, answered, "", ""},
		{409, "", `{"error":{"code":"MODE_NOT_ALLOWED","message":"ro"}}`, core.KindServer, core.CodeReadOnly, answered, "MODE_NOT_ALLOWED", "ro"},
		{409, "", gen1, core.KindServer, core.CodeRejected, answered, "", "no luck"},
		{409, "", "", core.KindServer, core.CodeRejected, answered, "", ""},
		{409, "", "<p>somebody has it open</p>", core.KindServer, core.CodeRejected, answered, "", "somebody has it open"},
		{409, "", gen2, core.KindServer, core.CodeRejected, answered, "SOME_CODE", "no luck"},
		{409, "", `{"error":{"code":"KEY_IN_PROGRESS","message":"wait"}}`, core.KindServer, core.CodeKeyInProgress, answered, "KEY_IN_PROGRESS", "wait"},
		{409, "5", gen1, core.KindServer, core.CodeKeyInProgress, answered, "", "no luck"},
		{413, "", gen1, core.KindServer, core.CodeTooLarge, answered, "", "no luck"},
		{415, "", gen1, core.KindServer, core.CodeRejected, answered, "", "no luck"},
		{417, "", "", core.KindServer, core.CodeUnexpected, answered, "", ""},
		{421, "", "", core.KindServer, core.CodeUnexpected, answered, "", ""},
		{422, "", `{"detail":[{"loc":["body","ttl_days"],"msg":"at most 365","type":"x"},{"loc":["body",0],"msg":"what"}]}`, core.KindServer, core.CodeRejected, answered, "", "ttl_days: at most 365; what"},
		{422, "", `{"detail":{"a":1}}`, core.KindServer, core.CodeRejected, answered, "", `{"a":1}`},
		{425, "", "", core.KindServer, core.CodeServerBusy, answered, "", ""},
		{429, "7", gen2, core.KindServer, core.CodeServerBusy, answered, "SOME_CODE", "no luck"},
		{500, "", gen2, core.KindServer, core.CodeServerFailure, unknown, "SOME_CODE", "no luck"},
		{502, "", gen2, core.KindServer, core.CodeServerFailure, answered, "SOME_CODE", "no luck"},
		{502, "", gen1, core.KindServer, core.CodeServerFailure, answered, "", "no luck"},
		{502, "text/html", "<html><head><title>x</title></head><body><h1>502 Bad\nGateway</h1><script>x</script></body></html>", core.KindServer, core.CodeServerFailure, unknown, "", "502 Bad Gateway"},
		{502, "", "  <h1>nginx</h1>", core.KindServer, core.CodeServerFailure, unknown, "", "nginx"},
		{502, "", "upstream connect error", core.KindServer, core.CodeServerFailure, unknown, "", "upstream connect error"},
		{503, "120", `{"message":"later"}`, core.KindServer, core.CodeServerBusy, answered, "", "later"},
		{504, "", "", core.KindServer, core.CodeServerFailure, unknown, "", ""},
		{503, "30", `{"detail":"No storage available for a file of this size"}`, core.KindServer, core.CodeNoRoom, answered, "", "No storage available for a file of this size"},
		{503, "30", `{"detail":"Starting"}`, core.KindServer, core.CodeServerBusy, answered, "", "Starting"},
		{503, "", `{"detail":"No storage available"}`, core.KindServer, core.CodeServerBusy, answered, "", "No storage available"},
		{503, "30", `no storage today`, core.KindServer, core.CodeServerBusy, answered, "", "no storage today"},
		{507, "", `{"error":{"code":"STORAGE_FULL","message":"full"}}`, core.KindServer, core.CodeStorageFull, answered, "STORAGE_FULL", "full"},
		{204, "", "", core.KindServer, core.CodeUnexpected, unknown, "", ""},
		{302, "https://user:pw@other.example/x?token=1", "", core.KindServer, core.CodeRedirect, answered, "", ""},
		{307, "", "", core.KindServer, core.CodeRedirect, answered, "", ""},
		{599, "", `{"error":"text"}`, core.KindServer, core.CodeUnexpected, answered, "text", ""},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: http.Header{}}
		switch {
		case strings.Contains(tt.header, "://"):
			resp.Header.Set("Location", tt.header)
		case strings.Contains(tt.header, "/"):
			resp.Header.Set("Content-Type", tt.header)
		case tt.header != "":
			resp.Header.Set("Retry-After", tt.header)
		}
		e := FailureOf("upload", resp, []byte(tt.body), true, time.Now())
		if e.Kind != tt.kind || e.Code != tt.code || e.Outcome != tt.outcome || e.Op != "upload" || e.Message == "" {
			t.Errorf("%d gave %+v", tt.status, e)
		}
		if tt.status == http.StatusExpectationFailed {
			resp.Request = &http.Request{Header: http.Header{"Expect": {"100-continue"}}}
			if e := FailureOf("upload", resp, nil, true, time.Now()); e.Code != core.CodeServerBusy || e.Outcome != answered {
				t.Errorf("after Expect: 100-continue: %+v", e)
			}
		}
		if e.Status != tt.status || e.ServerCode != tt.serverCode || e.ServerText != tt.tx {
			t.Errorf("%d: %+v", tt.status, e)
		}
		if strings.Contains(e.Error(), "pw@") || strings.Contains(e.Error(), "token=1") {
			t.Errorf("the error shows too much of the target: %v", e)
		}
		if (tt.header == "5" || tt.header == "7" || tt.header == "30" || tt.header == "120") != (e.RetryAfter > 0) {
			t.Errorf("%d: Retry-After %v", tt.status, e.RetryAfter)
		}
		if part := FailureOf("upload", resp, []byte(tt.body), false, time.Now()); part.Outcome != core.OutcomeAnswered {
			t.Errorf("%d after half a body has outcome %d", tt.status, part.Outcome)
		}
	}
}

// If a server echoes the token, the error doesn't show it.
func TestFailureShowsNoToken(t *testing.T) {
	const token = "eyJ-canary-token"
	for _, body := range []string{`{"error":{"code":"` + token + `","message":"no Bearer ` + token + `"}}`, "<p>" + token + "</p>", `{"detail":"` + token + `"}`} {
		resp := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Request: &http.Request{Header: http.Header{"Authorization": {"Bearer " + token}}}}
		e := FailureOf("upload", resp, []byte(body), true, time.Now())
		if strings.Contains(e.Error()+e.ServerCode+e.ServerText, "canary") || !strings.Contains(e.ServerText, "[redacted]") {
			t.Errorf("%+v", e)
		}
	}
}

// The error for too long headers names the one that is long. If every request has it, the
// file is not at fault.
func TestHeadersTooLong(t *testing.T) {
	const nginx = "<html><head><title>400 Request Header Or Cookie Too Large</title></head><body><center><h1>400 Bad Request</h1></center><center>Request Header Or Cookie Too Large</center></body></html>"
	token, metadata := http.Header{"Authorization": {"Bearer " + strings.Repeat("x", 9000)}, "Upload-Metadata": {"filename YQ=="}}, http.Header{"Authorization": {"Bearer the-token"}, "Upload-Metadata": {strings.Repeat("x", 9000)}}
	for _, tt := range []struct {
		status int
		body   string
		sent   http.Header
		kind   core.Kind
		code   core.Code
		says   string
	}{
		{431, "", token, core.KindAuth, core.CodeHeadersTooLong, "the access token has 9007 bytes"},
		{400, nginx, token, core.KindAuth, core.CodeHeadersTooLong, "the access token has 9007 bytes"},
		{400, nginx, metadata, core.KindServer, core.CodeHeadersTooLong, "what is said about the file (name, description, metadata, tags) has 9000 bytes"},
		{400, "Your browser sent a request that this server could not understand. Size of a request header field exceeds server limit.", metadata, core.KindServer, core.CodeHeadersTooLong, "9000 bytes"},
		{400, "<h2>Bad Request - Request Too Long</h2><p>HTTP Error 400. The size of the request headers is too long.</p>", token, core.KindAuth, core.CodeHeadersTooLong, "9007"},
		{431, "", http.Header{"X-Some": {"a"}}, core.KindServer, core.CodeHeadersTooLong, "X-Some has 1 bytes"},
		{431, "", nil, core.KindServer, core.CodeHeadersTooLong, "headers as long"},
		{400, `{"detail":"description too large"}`, token, core.KindServer, core.CodeRejected, "refused the file"},
	} {
		resp := &http.Response{StatusCode: tt.status, Header: http.Header{}}
		if tt.sent != nil {
			resp.Request = &http.Request{Header: tt.sent}
		}
		e := FailureOf("upload", resp, []byte(tt.body), true, time.Now())
		if e.Kind != tt.kind || e.Code != tt.code || !strings.Contains(e.Message, tt.says) || e.Outcome != core.OutcomeAnswered {
			t.Errorf("%d: %+v", tt.status, e)
		}
	}
}

// A 401 of a gateway asks for another sign-in than the server's.
func TestSignInOfAGateway(t *testing.T) {
	for challenge, want := range map[string]string{
		`Basic realm="Restricted"`: "asks for a sign-in by Basic", "Negotiate": "asks for a sign-in by Negotiate", "Bearer": "refused the access token", "": "refused the access token",
	} {
		resp := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": {challenge}}}
		if e := FailureOf("upload", resp, nil, true, time.Now()); e.Kind != core.KindAuth || e.Code != core.CodeTokenRejected || !strings.Contains(e.Message, want) {
			t.Errorf("%q: %+v", challenge, e)
		}
	}
}
