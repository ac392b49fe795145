package wire

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// AlertGrace is how long to wait for a server's reason after a request could not be
// sent.
const AlertGrace = 500 * time.Millisecond

// Alert returns the text of a TLS alert that the server sent (RFC 8446 §6.2, in the
// words of crypto/tls), "" for other errors. crypto/tls does not export its type.
func Alert(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}

// LastWords makes sure that a server's last message is read. In TLS 1.3 a server
// checks the client's certificate when the client is already sending its request. It
// sends an alert or an answer and closes, so that the writer finds the connection
// reset. net/http reports the error of the reader or the writer, whichever fails
// first. So a failed write waits until the reader has found the reason and closed
// the connection.
type LastWords struct {
	once  sync.Once
	heard chan struct{}
}

// NewLastWords returns the LastWords of one connection.
func NewLastWords() *LastWords { return &LastWords{heard: make(chan struct{})} }

// Await is called after a write has failed. It returns when Heard was called, after
// AlertGrace at the latest.
func (w *LastWords) Await() {
	timer := time.NewTimer(AlertGrace)
	defer timer.Stop()
	select {
	case <-w.heard:
	case <-timer.C:
	}
}

// Heard says that the reader has read what there was.
func (w *LastWords) Heard() { w.once.Do(func() { close(w.heard) }) }

// Dial opens a connection.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Patient returns dial with LastWords for its connections.
func Patient(dial Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &patientConn{Conn: conn, last: NewLastWords()}, nil
	}
}

type patientConn struct {
	net.Conn
	last *LastWords
}

// Write implements net.Conn.
func (c *patientConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		c.last.Await()
	}
	return n, err
}

// Close implements net.Conn.
func (c *patientConn) Close() error {
	c.last.Heard()
	return c.Conn.Close()
}
