package upload

import (
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A server that limits the time for reading a body answers 400 to the part that it has: that
// counts as a time-out, and not against the file. Here it is a net/http server.
func TestSlowBodyIsATimeout(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	for name, words := range map[string]func(error) string{
		"Go's words":  func(err error) string { return `{"error":{"code":"VALIDATION_ERROR","message":"` + err.Error() + `"}}` },
		"other words": func(error) string { return `{"detail":"There was an error parsing the body"}` },
	} {
		t.Run(name, func(t *testing.T) {
			s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(100 * time.Millisecond))
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					w.WriteHeader(http.StatusBadRequest)
					_, _ = io.WriteString(w, words(err))
				}
			}), withoutHTTP2)
			c := newTestClient(t, s.URL, ca, func(cfg *Config) { cfg.Limiter = rate.NewLimiter(1<<20, 64<<10) })
			transfer, _ := newTransfer(t, "a", 3<<20)
			_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
			e := coretest.WantError(t, err, core.KindServer, core.CodeTimeout, core.OutcomeCutOff)
			if e.Status != http.StatusBadRequest || e.ServerText == "" {
				t.Errorf("%+v", e)
			}
		})
	}
}

// The same 400 to a complete body is a refusal of the file.
func TestRejectedWholeBody(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	s := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"detail":"There was an error parsing the body"}`)
	}))
	c := newTestClient(t, s.URL, ca, nil)
	transfer, _ := newTransfer(t, "a", 3<<20)
	_, err := c.Upload(coretest.Limited(t), transfer, &progress{})
	coretest.Want(t, err, core.KindServer, core.CodeRejected, core.OutcomeAnswered)
}
