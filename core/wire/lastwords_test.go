package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
)

// If a request can't be written because the connection broke, the writer waits for the
// reader to find the reason, but not for ever.
func TestLastWords(t *testing.T) {
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	dial := Patient(func(context.Context, string, string) (net.Conn, error) { return ours, nil })
	conn, err := dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	_ = conn.Close()
	dial = Patient(func(context.Context, string, string) (net.Conn, error) { return nil, io.EOF })
	if _, err := dial(t.Context(), "", ""); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
