package wire

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"
)

// AlertGrace is how long a server's reason is waited for after a request could
// not be sent.
const AlertGrace = 500 * time.Millisecond

// Alert is the text of a TLS alert that the server sent (RFC 8446 §6.2 as
// crypto/tls words it), "" for other errors: crypto/tls keeps its type to
// itself.
func Alert(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" {
		return strings.TrimPrefix(remote.Err.Error(), "tls: ")
	}
	return ""
}

// LastWords lets what a server says last be heard. In TLS 1.3 a server judges
// the client's certificate when the client is already sending its request: it
// sends an alert, or an answer, and closes, which resets the connection under
// the writer. net/http reports whichever of the two fails first, so a write
// that has failed waits until the reader has found the reason and closed the
// connection.
type LastWords struct {
	once  sync.Once
	heard chan struct{}
}

// NewLastWords returns the last words of one connection.
func NewLastWords() *LastWords { return &LastWords{heard: make(chan struct{})} }

// Await is for a write that has failed: it returns when the reader has had its
// turn, after AlertGrace at the latest.
func (w *LastWords) Await() {
	timer := time.NewTimer(AlertGrace)
	defer timer.Stop()
	select {
	case <-w.heard:
	case <-timer.C:
	}
}

// Heard says that the reader has had its turn.
func (w *LastWords) Heard() { w.once.Do(func() { close(w.heard) }) }

// Dial opens a connection.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Patient is dial, of connections on which a server's last words are heard.
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
