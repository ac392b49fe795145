package upload

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// The client understands a proxy that compresses answers, in every call. An unknown encoding
// is named in the error, and the file's outcome is unknown.
func TestEncodedAnswers(t *testing.T) {
	for _, encoding := range []string{"gzip", "deflate", "br"} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(encoding+" "+version, func(t *testing.T) {
				transfer, sum := newTransfer(t, "a.bin", 3<<20)
				begun := time.Now().Add(-time.Minute)
				g := &ingester{ca: coretest.NewCA(t, "Test CA"), generation: 1}
				mux := http.NewServeMux()
				mux.Handle("/", g)
				mux.HandleFunc("GET /api/v1/files", func(w http.ResponseWriter, _ *http.Request) {
					item := map[string]any{"file_id": "id-1", "original_filename": "a.bin", "size": 3 << 20, "checksum": sum, "uploaded_at": time.Now().UTC().Format(time.RFC3339)}
					_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{item}, "total": 1})
				})
				mux.HandleFunc("POST /api/v1/finalize/file-1", func(w http.ResponseWriter, _ *http.Request) {
					_, _ = fmt.Fprint(w, `{"transaction_id":"tx-1","status":"completed","progress_percent":100.0}`)
				})
				s := startTLS(t, g.ca, coretest.Encoded(mux, encoding))
				c := newTestClient(t, s.URL, g.ca, func(cfg *Config) { cfg.HTTPVersion = version })
				r, err := c.Upload(context.Background(), transfer, &progress{})
				ready, errReady := c.Ready(context.Background())
				errFinal := c.Finalise(context.Background(), "file-1", core.FinaliseOptions{}, func(core.Finalisation) {})
				if g.only(t).sum != sum {
					t.Error("the server has another file")
				}
				if encoding == "br" {
					e := core.AsError(err)
					if e.Code != core.CodeAnswerInvalid || e.Outcome != core.OutcomeUnknown || !strings.Contains(e.Message, "(br)") {
						t.Errorf("upload: %+v", e)
					}
					for _, err := range []error{errReady, errFinal} {
						if core.CodeOf(err) != core.CodeAnswerInvalid || !strings.Contains(err.Error(), "(br)") {
							t.Error(err)
						}
					}
					return
				}
				if err != nil || string(r.SHA256) != sum || r.Status != http.StatusCreated {
					t.Errorf("upload: %+v, %v", r, err)
				}
				if errReady != nil || !ready.HonoursKey {
					t.Errorf("ready: %+v, %v", ready, errReady)
				}
				if errFinal != nil {
					t.Errorf("finalise: %v", errFinal)
				}
				found, err := c.one(context.Background(), transfer, begun)
				if err != nil || len(found) != 1 || found[0].FileID != "id-1" {
					t.Errorf("find: %+v, %v", found, err)
				}
			})
		}
	}
}

// A compressed refusal keeps its message, and an answer that is too long when unpacked is
// treated like any answer that is too long.
func TestEncodedRefusalAndBomb(t *testing.T) {
	ca := coretest.NewCA(t, "Test CA")
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 64<<20))
	_ = z.Close()
	mux := http.NewServeMux()
	mux.Handle("POST /refuse/api/v1/files/upload", coretest.Encoded(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = fmt.Fprint(w, `{"detail":"no more than 1 GiB"}`)
	}), "gzip"))
	mux.HandleFunc("POST /bomb/api/v1/files/upload", func(w http.ResponseWriter, r *http.Request) {
		_ = (&stored{fields: map[string]string{}}).read(r)
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(bomb.Bytes())
	})
	s := startTLS(t, ca, mux)
	transfer, _ := newTransfer(t, "a.bin", 1000)
	_, err := newTestClient(t, s.URL+"/refuse", ca, nil).Upload(context.Background(), transfer, &progress{})
	if e := core.AsError(err); e.Code != core.CodeTooLarge || e.ServerText != "no more than 1 GiB" {
		t.Errorf("%+v", e)
	}
	_, err = newTestClient(t, s.URL+"/bomb", ca, nil).Upload(context.Background(), transfer, &progress{})
	if e := core.AsError(err); e.Code != core.CodeAnswerInvalid || !strings.Contains(e.Message, "too long") {
		t.Errorf("%+v", e)
	}
}
