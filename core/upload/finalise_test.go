package upload

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The server's answers to the call and to the questions after it.
func TestFinalise(t *testing.T) {
	const begun = `{"transaction_id":"tx-1","status":"copying","progress_percent":25}`
	status := func(s string, percent int) string {
		return fmt.Sprintf(`{"transaction_id":"tx-1","status":%q,"progress_percent":%d,"error_message":"disk 7\u0007"}`, s, percent)
	}
	for _, tt := range []struct {
		name    string
		code    int
		answer  string
		after   []string // "500" means that status
		want    core.Code
		percent []int
	}{
		{"to the end", 202, begun, []string{status("copied", 50), status("verifying", 75), status("completed", 100)}, "", []int{25, 50, 75, 100}},
		{"at once", 202, `{"transaction_id":"tx-1","status":"completed"}`, nil, "", []int{100}},
		{"a strange percentage", 202, begun, []string{status("copying", 999), status("completed", -1)}, "", []int{25, 100, 100}},
		{"failed", 202, begun, []string{status("failed", 50)}, core.CodeFinaliseFailed, []int{25}},
		{"rolled back", 202, begun, []string{status("rolled_back", 50)}, core.CodeFinaliseFailed, []int{25}},
		{"a server that stumbles", 202, begun, []string{"500", "503", "500", "500", status("completed", 100)}, "", []int{25, 25, 25, 25, 25, 100}},
		{"a server that is gone", 202, begun, []string{"500", "500", "500", "500", "500"}, core.CodeServerFailure, []int{25, 25, 25, 25, 25}},
		{"a transaction that is gone", 202, begun, []string{"404"}, core.CodeFinaliseUnsupported, []int{25}},
		{"no transaction", 202, `{"status":"copying"}`, nil, core.CodeAnswerInvalid, nil},
		{"not JSON", 202, `<html>`, nil, core.CodeAnswerInvalid, nil},
		{"permanent already", 400, `{"detail":"File is not temporary (retention_policy=permanent)"}`, nil, "", []int{100}},
		{"finalised already", 400, `{"detail":"already finalised"}`, nil, "", []int{100}},
		{"refused", 400, `{"detail":"no element for permanent files"}`, nil, core.CodeRejected, nil},
		{"copied in the call", 200, `{"transaction_id":"tx-1","status":"completed","progress_percent":100.0}`, nil, "", []int{100}},
		{"a percentage with a fraction", 202, begun, []string{`{"transaction_id":"tx-1","status":"verifying","progress_percent":62.5}`, status("completed", 100)}, "", []int{25, 62, 100}},
		{"unknown, or the second generation", 404, `{"detail":"Not Found"}`, nil, core.CodeFinaliseUnsupported, nil},
		{"no longer signed in", 401, ``, nil, core.CodeTokenRejected, nil},
		{"forbidden", 403, ``, nil, core.CodeForbidden, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked atomic.Int32
			ca := coretest.NewCA(t, "Test CA")
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					t.Error("no token")
				}
				if r.Method == http.MethodPost && r.URL.Path == "/api/v1/finalize/file-1" {
					w.WriteHeader(tt.code)
					_, _ = w.Write([]byte(tt.answer))
					return
				}
				if r.Method != http.MethodGet || r.URL.Path != "/api/v1/finalize/tx-1/status" {
					t.Errorf("%s %s", r.Method, r.URL.Path)
				}
				next := tt.after[asked.Add(1)-1]
				var code int
				if n, _ := fmt.Sscanf(next, "%d", &code); n == 1 {
					w.WriteHeader(code)
					return
				}
				_, _ = w.Write([]byte(next))
			}))
			var waited time.Duration
			c := newTestClient(t, g.URL, ca, func(cfg *Config) {
				cfg.sleep = func(ctx context.Context, d time.Duration) error { waited += d; return ctx.Err() }
			})
			var percent []int
			err := c.Finalise(context.Background(), "file-1", core.FinaliseOptions{}, func(at core.Finalisation) { percent = append(percent, at.Percent) })
			if core.CodeOf(err) != tt.want {
				t.Errorf("%v", err)
			}
			if diff := cmp.Diff(tt.percent, percent); diff != "" {
				t.Error(diff)
			}
			if int(asked.Load()) != len(tt.after) {
				t.Errorf("asked %d times, want %d", asked.Load(), len(tt.after))
			}
			if most := time.Duration(len(tt.after)) * lastPoll; waited > most || len(tt.after) > 0 && waited < firstPoll {
				t.Errorf("waited %v for %d questions", waited, len(tt.after))
			}
		})
	}
}

// If the caller cancels, Finalise returns at once; the server goes on.
func TestFinaliseStopped(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusAccepted)
		}
		_, _ = w.Write([]byte(`{"transaction_id":"tx-1","status":"copying"}`))
	}))
	ctx, cancel := context.WithCancel(context.Background())
	c := newTestClient(t, g.URL, ca, nil)
	err := c.Finalise(ctx, "file-1", core.FinaliseOptions{}, func(core.Finalisation) { cancel() })
	if core.AsError(err).Kind != core.KindCancelled {
		t.Errorf("%v", err)
	}
}

// Finalise gives up on a server that makes no progress, but not on a slow one.
func TestFinaliseThatStands(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	for _, tt := range []struct {
		name    string
		percent func(waited time.Duration) float64
		want    core.Code
		least   time.Duration
	}{
		{"stands", func(time.Duration) float64 { return 25 }, core.CodeFinaliseFailed, copyTimeout},
		{"goes on slowly", func(waited time.Duration) float64 { return min(100, waited.Hours()*10) }, "", 10 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var waited atomic.Int64
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				at, status := tt.percent(time.Duration(waited.Load())), "copying"
				if at >= 100 {
					status = "completed"
				}
				_, _ = fmt.Fprintf(w, `{"transaction_id":"tx-1","status":%q,"progress_percent":%f}`, status, at)
			}))
			c := newTestClient(t, g.URL, ca, func(cfg *Config) {
				cfg.sleep = func(ctx context.Context, d time.Duration) error { waited.Add(int64(d)); return ctx.Err() }
			})
			err := c.Finalise(context.Background(), "file-1", core.FinaliseOptions{}, func(core.Finalisation) {})
			if got := time.Duration(waited.Load()); core.CodeOf(err) != tt.want || got < tt.least || got > tt.least+time.Minute {
				t.Errorf("%v after %v", err, got)
			}
		})
	}
}

// The file's description is sent with the first call, in ArtStore's fields. If the file was
// permanent already, the description was not used.
func TestFinaliseWithWords(t *testing.T) {
	said := core.FinaliseOptions{Description: "the deed", Metadata: json.RawMessage(`{"box":"14"}`), Target: "se-2"}
	for _, tt := range []struct {
		name, answer string
		status       int
		o            core.FinaliseOptions
		body, kind   string
		want         core.Code
	}{
		{"nothing", `{"transaction_id":"tx-1","status":"completed"}`, 200, core.FinaliseOptions{}, "", "", ""},
		{"all", `{"transaction_id":"tx-1","status":"completed"}`, 200, said,
			`{"description":"the deed","metadata":{"box":"14"},"target_storage_element_id":"se-2"}`, "application/json", ""},
		{"permanent before", `{"detail":"File f is not temporary (retention_policy=permanent)"}`, 400, core.FinaliseOptions{Target: "se-2"},
			`{"target_storage_element_id":"se-2"}`, "application/json", core.CodeFinalisedBefore},
		{"a server's fault", `{"detail":"'ascii' codec can't encode character"}`, 500, core.FinaliseOptions{Description: "x"}, `{"description":"x"}`, "application/json", core.CodeServerFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ca := coretest.NewCA(t, "Test CA")
			g := startTLS(t, ca, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if body, _ := io.ReadAll(r.Body); string(body) != tt.body || r.Header.Get("Content-Type") != tt.kind {
					t.Errorf("%s: %s", r.Header.Get("Content-Type"), body)
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.answer))
			}))
			percent := 0
			err := newTestClient(t, g.URL, ca, nil).Finalise(context.Background(), "file-1", tt.o, func(at core.Finalisation) { percent = at.Percent })
			if core.CodeOf(err) != tt.want || (percent == 100) != (tt.want != core.CodeServerFailure) {
				t.Errorf("%v at %d %%", err, percent)
			}
			if e := core.AsError(err); tt.status == 500 && !strings.Contains(e.Error(), "'ascii' codec") {
				t.Errorf("the server's message is lost: %v", e)
			}
		})
	}
}
