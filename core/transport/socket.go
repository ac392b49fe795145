package transport

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core/wire"
)

// gatherSize is how many bytes of TLS records are written in one system call.
const gatherSize = 128 << 10

// socket is the connection below TLS. It counts what was written. It gathers TLS
// records, which crypto/tls writes one by one, 16 KiB each; BenchmarkWire shows a
// sixth to a third more throughput. And it lets the reader receive the server's last
// message after a write has failed.
type socket struct {
	net.Conn
	written atomic.Int64 // bytes that the operating system took
	last    *wire.LastWords
	ended   func(idle time.Duration) // called when the server closes an idle connection; may be nil

	mu        sync.Mutex // serialises writers
	gathering bool
	buf       []byte
}

func newSocket(conn net.Conn) *socket { return &socket{Conn: conn, last: wire.NewLastWords()} }

// Read implements net.Conn.
func (w *socket) Read(p []byte) (int, error) { return w.hear(w.Conn, p) }

// hear reads and, if the connection ends, reports how long it had been idle: net/http
// goes on reading after every answer.
func (w *socket) hear(from io.Reader, p []byte) (int, error) {
	begun := time.Now()
	n, err := from.Read(p)
	if n == 0 && errors.Is(err, io.EOF) && w.ended != nil {
		w.ended(time.Since(begun))
	}
	return n, err
}

// Write implements net.Conn.
func (w *socket) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.gathering {
		return w.out(p)
	}
	w.buf = append(w.buf, p...)
	if len(w.buf) >= gatherSize {
		return len(p), w.flush()
	}
	return len(p), nil
}

// gather makes Write keep its data until release.
func (w *socket) gather() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gathering = true
}

// release writes the kept data and ends gathering.
func (w *socket) release() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gathering = false
	return w.flush()
}

func (w *socket) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	_, err := w.out(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *socket) out(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.written.Add(int64(n))
	if err != nil {
		w.last.Await()
	}
	return n, err
}

// ReadFrom implements io.ReaderFrom, for plain HTTP.
func (w *socket) ReadFrom(r io.Reader) (int64, error) { return copyBlocks(w, r) }

// Close implements net.Conn.
func (w *socket) Close() error {
	w.last.Heard()
	return w.Conn.Close()
}

// tlsConn is a TLS client connection over a socket. Each Write uses as few system
// calls as gatherSize allows, and keeps nothing back when it returns.
type tlsConn struct {
	*tls.Conn
	wire    *socket
	writing atomic.Int32
	refusal atomic.Pointer[error] // the server's alert, once it has been read
}

// Read implements net.Conn.
func (c *tlsConn) Read(p []byte) (int, error) {
	n, err := c.wire.hear(c.Conn, p)
	if wire.Alert(err) != "" {
		refusal := err
		c.refusal.Store(&refusal)
	}
	return n, err
}

// Write implements net.Conn. net/http reports the reader's or the writer's error,
// whichever it meets first: after an alert both are the same.
func (c *tlsConn) Write(p []byte) (int, error) {
	c.writing.Add(1)
	defer c.writing.Add(-1)
	c.wire.gather()
	n, err := c.Conn.Write(p)
	if failed := c.wire.release(); err == nil {
		err = failed
	}
	if refusal := c.refusal.Load(); err != nil && refusal != nil {
		err = *refusal
	}
	return n, err
}

// Close implements net.Conn. It also interrupts a Write. It does not use
// tls.Conn.Close during one, as that would wait for seconds to send an alert.
func (c *tlsConn) Close() error {
	c.wire.last.Heard()
	if c.writing.Load() > 0 {
		return c.wire.Close()
	}
	return c.Conn.Close()
}

// ReadFrom implements io.ReaderFrom: net/http hands over a body to it once its own
// write buffer is written. Without it net/http would copy 32 KiB at a time.
func (c *tlsConn) ReadFrom(r io.Reader) (int64, error) { return copyBlocks(c, r) }

// copyBlocks copies r to w in blocks.
func copyBlocks(w io.Writer, r io.Reader) (int64, error) {
	block := wire.GetBlock()
	defer wire.PutBlock(block)
	return io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, block[:])
}
