package coretest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"
)

// Pipes is a listener with connections in memory, so that in a synctest bubble time advances
// while nothing is sent.
type Pipes struct {
	// Latency is how much later the client notices what the server does.
	Latency time.Duration

	waiting chan net.Conn
	closed  chan struct{}
	dialled atomic.Int64
}

// NewPipes returns a listener. It ends with Close.
func NewPipes() *Pipes {
	return &Pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept implements net.Listener.
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.waiting:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *Pipes) Close() error { close(p.closed); return nil }

// Addr implements net.Listener.
func (p *Pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// Dial connects to the listener, whatever the address.
func (p *Pipes) Dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.waiting <- theirs:
		p.dialled.Add(1)
		return &late{ours, p.Latency}, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Dialled returns how many connections were made.
func (p *Pipes) Dialled() int { return int(p.dialled.Load()) }

// late is a connection to a far end.
type late struct {
	net.Conn
	latency time.Duration
}

// Read implements net.Conn.
func (l *late) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if l.latency > 0 {
		<-time.After(l.latency)
	}
	return n, err
}

// Write implements net.Conn. Data written after the other end was closed is lost.
func (l *late) Write(p []byte) (int, error) {
	n, err := l.Conn.Write(p)
	if l.latency > 0 && errors.Is(err, io.ErrClosedPipe) {
		return len(p), nil
	}
	return n, err
}
