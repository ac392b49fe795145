package auth

import (
	"context"
	"net"
	"sync"
	"time"
)

// alertGrace is how long a failed write waits for the server's reason.
const alertGrace = 500 * time.Millisecond

// patientConn lets a server's last words be heard. In TLS 1.3 a server judges
// the client's certificate when the client is already sending its request: it
// sends an alert and closes, which resets the connection under the writer.
// net/http reports whichever of the two fails first, so a failed write waits
// until the reader has found the alert and closed the connection.
type patientConn struct {
	net.Conn
	closing sync.Once
	closed  chan struct{}
}

// patientDial wraps the connections of dial.
func patientDial(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &patientConn{Conn: conn, closed: make(chan struct{})}, nil
	}
}

// Write implements net.Conn.
func (c *patientConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		timer := time.NewTimer(alertGrace)
		defer timer.Stop()
		select {
		case <-c.closed:
		case <-timer.C:
		}
	}
	return n, err
}

// Close implements net.Conn.
func (c *patientConn) Close() error {
	c.closing.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
