package diagnose

import (
	"crypto/tls"
	"net"
	"net/http"
	"testing"
	"unicode"
	"unicode/utf8"

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
			core.StepWarning, "", []string{"a: slow, b: fail"}},
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
			once := 0
			for _, asked := range w.ingester.was() {
				if asked == "GET /base/health/ready" {
					once++
				}
			}
			if once != 1 {
				t.Errorf("asked %d times", once)
			}
		})
	}
}

// If there is no answer at all, the HTTP step fails.
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

// A server that got our certificate and answers nonsense has not refused it.
func TestNonsenseOverTLS(t *testing.T) {
	w := newWorld(t)
	config := w.serverTLS(t)
	w.profile.IngesterURL = "https://" + listen(t, func(conn net.Conn) {
		secure := tls.Server(conn, config)
		_, _ = secure.Read(make([]byte, 4096))
		_, _ = secure.Write([]byte("220 mail.example ESMTP\r\n"))
	})
	o := w.run(t)
	o.wants(t, core.TargetIngester, ClientCertificate, core.StepOK, "sent", "has not said")
	o.fails(t, core.TargetIngester, HTTP, core.CodeAnswerInvalid, "no HTTP server")
}

// Whatever the ingester answers, the step is one line of text fit to be shown.
func FuzzReady(f *testing.F) {
	f.Add(200, []byte(`{"status":"degraded","checks":{"a":"b","c":{"d":[1]}},"max_file_size":1e99}`))
	f.Add(503, []byte(`{"status":"fail\u0007","checks":null}`))
	f.Add(200, []byte("<html>"))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		test := &test{cfg: Config{Profile: core.NewProfile("x")}}
		test.cfg.Profile.Upload.Protocol = core.ProtocolMultipart
		u := &uploads{asker: &asker{test: test}, server: &server{test: test, reply: &reply{status: status, body: body, header: http.Header{}}}}
		v := u.checkReady(t.Context())
		_ = storageOf(body, body).words()
		if v.err == nil && status != http.StatusOK {
			t.Errorf("%d passes", status)
		}
		detail := inEnglish(v.found...)
		for _, r := range detail {
			if unicode.IsControl(r) || !utf8.ValidString(detail) {
				t.Errorf("%q can't be shown", detail)
			}
		}
	})
}
