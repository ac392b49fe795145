package tus

import (
	"io"
	"log"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core/coretest"
)

// A server that closes idle connections after 5 s loses no resumable upload that begins at
// about that time: each succeeds at the first attempt.
func TestIdleServer(t *testing.T) {
	transfer, data := newTransfer(t, "a.tif", 100<<10)
	s := newServer(t, nil)
	synctest.Test(t, func(t *testing.T) {
		pipes := coretest.NewPipes()
		pipes.Latency = 100 * time.Millisecond
		h := &http.Server{IdleTimeout: 5 * time.Second, Handler: s.tusd, ErrorLog: log.New(io.Discard, "", 0)}
		done := make(chan struct{})
		go func() { defer close(done); _ = h.Serve(pipes) }()
		c, err := New(Config{URL: "http://127.0.0.1:1/files/", Tokens: &coretest.Tokens{}, dial: pipes.Dial})
		if err != nil {
			t.Fatal(err)
		}
		for _, pause := range []time.Duration{0, 4900, 4950, 5000, 5050, 5100} {
			<-time.After(pause * time.Millisecond)
			receipt, err := c.Upload(t.Context(), transfer, &progress{})
			if err != nil || receipt.Size != int64(len(data)) {
				t.Errorf("after %v ms: %v, %d bytes", int(pause), err, receipt.Size)
			}
		}
		_ = c.Close()
		_ = h.Close()
		<-done
		<-time.After(time.Second) // until the client has noticed
	})
}
