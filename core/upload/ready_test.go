package upload

import (
	"io"
	"net/http"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

func TestReady(t *testing.T) {
	for _, version := range []string{core.HTTPAuto, core.HTTP11, core.HTTP2} {
		g := newIngester(t, 2)
		c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion = version })
		r, err := c.Ready(coretest.Limited(t))
		if err != nil || !r.Ready || r.Status != "ok" || !r.HonoursKey || r.MaxFileSize != 99 || r.Checks["storage"] != "ok" || r.Checks["queue"] != "3" {
			t.Errorf("%+v, %v", r, err)
		}
		if link := c.Link(); link.State != core.LinkUp || link.TLSVersion != "TLS 1.3" || !link.MutualTLS || link.Err != nil {
			t.Errorf("link %+v", link)
		}
	}
}

func TestReadyAnswers(t *testing.T) {
	for _, tt := range []struct {
		name     string
		status   int
		body     string
		want     wire.Health
		code     core.Code // "" for an answer
		definite bool      // about the key
	}{
		{"ok", 200, `{"status":"ok"}`, wire.Health{Ready: true, Status: "ok"}, "", true},
		{"degraded", 200, `{"status":"degraded","idempotency_key":true}`, wire.Health{Ready: true, Status: "degraded", HonoursKey: true}, "", true},
		{"fail", 503, `{"status":"fail"}`, wire.Health{Status: "fail"}, "", true},
		{"fail with 200", 200, `{"status":"fail"}`, wire.Health{Status: "fail"}, "", true},
		{"gateway is down", 503, `<html>busy</html>`, wire.Health{}, core.CodeServerBusy, false},
		{"no such call", 404, `{"detail":"Not Found"}`, wire.Health{}, core.CodeUnexpected, true},
		{"somebody else's page", 200, `<html>Welcome</html>`, wire.Health{}, core.CodeAnswerInvalid, false},
		{"another JSON", 200, `{"hello":1}`, wire.Health{}, core.CodeAnswerInvalid, false},
		{"failure", 500, ``, wire.Health{}, core.CodeServerFailure, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ca := coretest.NewCA(t, "CA")
			calls := 0
			s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls++
				if r.Header.Get("Authorization") != "" || r.URL.Path != "/base/health/ready" || r.UserAgent() != "test" {
					t.Errorf("request %s %v", r.URL, r.Header)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}))
			c := newTestClient(t, s.URL+"/base/", ca, nil)
			got, err := c.Ready(coretest.Limited(t))
			if core.CodeOf(err) != tt.code || got.Ready != tt.want.Ready || got.Status != tt.want.Status || got.HonoursKey != tt.want.HonoursKey {
				t.Errorf("%+v, %v", got, err)
			}
			for range 2 {
				honours, err := c.HonoursKey(coretest.Limited(t))
				if honours != tt.want.HonoursKey || (err == nil) != tt.definite {
					t.Errorf("HonoursKey %v, %v", honours, err)
				}
			}
			if want := map[bool]int{true: 1, false: 3}[tt.definite]; calls != want {
				t.Errorf("%d calls, want %d", calls, want)
			}
		})
	}
}

func TestReadyOfNobody(t *testing.T) {
	c := newTestClient(t, "https://127.0.0.1:1", coretest.NewCA(t, "CA"), nil)
	_, err := c.HonoursKey(coretest.Limited(t))
	coretest.Want(t, err, core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
}

func TestReadyWithoutClientCertificate(t *testing.T) {
	g := newIngester(t, 2)
	for _, version := range []string{core.HTTPAuto, core.HTTP11} {
		c := g.newClient(t, func(cfg *Config) { cfg.HTTPVersion, cfg.TLS.Certificates = version, nil })
		_, err := c.Ready(coretest.Limited(t))
		coretest.Want(t, err, core.KindTLS, core.CodeTLSClientRequired, core.OutcomeNotProcessed)
	}
}
