package diagnose

import (
	"net"
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
)

func TestReady(t *testing.T) {
	for _, tt := range []struct {
		name   string
		handle http.HandlerFunc
		status core.StepStatus
		code   core.Code
		texts  []string
	}{
		{"degraded", answer(200, `{"status":"degraded","checks":{"temporary":"ok","permanent":"no storage online"}}`),
			core.StepWarning, "", []string{"degraded; permanent: no storage online"}},
		{"degraded, nested", answer(200, `{"status":"degraded","checks":{"b":{"status":"fail"},"a":"slow"}}`),
			core.StepWarning, "", []string{`a: slow, b: {"status":"fail"}`}},
		{"not ready", answer(503, `{"status":"fail","checks":{"storage":"offline"}}`),
			core.StepFailed, core.CodeServerBusy, []string{"fail; storage: offline", "not ready"}},
		{"not ready by words", answer(200, `{"status":"fail"}`), core.StepFailed, core.CodeServerBusy, []string{"not ready"}},
		{"maintenance page", answer(503, "<html>"), core.StepFailed, core.CodeServerBusy, []string{"503", "maintenance"}},
		{"captive portal", answer(200, "<html>Welcome to our Wi-Fi</html>"), core.StepFailed, core.CodeAnswerInvalid, []string{"no ArtStore server", "login page"}},
		{"other JSON", answer(200, `{"hello":"world"}`), core.StepFailed, core.CodeAnswerInvalid, []string{"no ArtStore server"}},
		{"no such page", http.NotFound, core.StepFailed, core.CodeUnexpected, []string{"ingester_url"}},
		{"forbidden", answer(403, ""), core.StepFailed, core.CodeUnexpected, []string{"403"}},
		{"gateway", answer(502, "<html>"), core.StepFailed, core.CodeServerFailure, []string{"502"}},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://new.example/ready", http.StatusMovedPermanently)
		}, core.StepFailed, core.CodeRedirect, []string{"redirect to new.example", "not followed"}},
		{"words with control characters", answer(200, `{"status":"degraded\u001b[31m\u202e","checks":{}}`), core.StepWarning, "", []string{"degraded[31m;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(t *testing.T, w *world) {
				w.ingester = serve(t, w.serverTLS(t))
				w.ingester.HandleFunc("GET /base/health/ready", tt.handle)
				w.profile.IngesterURL = w.ingester.URL + "/base/"
			})
			o := w.run(t)
			o.wants(t, core.TargetIngester, Ready, tt.status, tt.texts...)
			if code := core.CodeOf(errorOrNil(o.step(t, core.TargetIngester, Ready).Err)); code != tt.code {
				t.Errorf("code %s, not %s", code, tt.code)
			}
			if n := w.ingester.requests.Load(); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// What is no answer at all is the HTTP step's failure.
func TestNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name, says string
		code       core.Code
	}{
		{"nothing", "", core.CodeConnectionLost},
		{"nonsense", "220 mail.example ESMTP\r\n", core.CodeAnswerInvalid},
		{"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", core.CodeConnectionLost},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.profile.IngesterURL = "http://" + listen(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 4096))
				_, _ = conn.Write([]byte(tt.says))
			})
			o := w.run(t)
			o.fails(t, core.TargetIngester, HTTP, tt.code)
			o.wants(t, core.TargetIngester, Ready, core.StepNotReached)
		})
	}
}
