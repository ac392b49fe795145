package upload

import (
	"io"
	"log"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// A server that closes idle connections after 5 s, like uvicorn, loses no file and no call
// that comes at about that time.
func TestIdleServer(t *testing.T) {
	transfer, _ := newTransfer(t, "a.tif", 100<<10)
	synctest.Test(t, func(t *testing.T) {
		pipes := coretest.NewPipes()
		pipes.Latency = 100 * time.Millisecond
		files := &ingester{generation: 1}
		mux := http.NewServeMux()
		mux.Handle("/", files)
		finalised := 0
		mux.HandleFunc("POST /api/v1/finalize/{id}", func(w http.ResponseWriter, _ *http.Request) {
			finalised++
			_, _ = io.WriteString(w, `{"transaction_id":"tx","status":"completed"}`)
		})
		h := &http.Server{IdleTimeout: 5 * time.Second, Handler: mux, ErrorLog: log.New(io.Discard, "", 0)}
		done := make(chan struct{})
		go func() { defer close(done); _ = h.Serve(pipes) }()
		c := newTestClient(t, "http://127.0.0.1:1", nil, func(cfg *Config) { cfg.dial = pipes.Dial })
		pauses := []time.Duration{0, 4900, 4950, 5000, 5050, 5100}
		for _, pause := range pauses {
			<-time.After(pause * time.Millisecond)
			if _, err := c.Upload(t.Context(), transfer, &progress{}); err != nil {
				t.Errorf("after %v ms: %v", int(pause), err)
			}
			<-time.After(pause * time.Millisecond)
			if err := c.Finalise(t.Context(), "file", core.FinaliseOptions{}, func(core.Finalisation) {}); err != nil {
				t.Errorf("finalise after %v ms: %v", int(pause), err)
			}
		}
		if len(files.files) != len(pauses) || finalised != len(pauses) {
			t.Errorf("%d files, %d made permanent", len(files.files), finalised)
		}
		_ = h.Close()
		<-done
		<-time.After(time.Second) // until the client has noticed
	})
}
