package upload

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/artstore/ingester/core"
)

// network has connections in memory between a client and a real server, so that time in a
// synctest bubble advances while they are silent. It cuts the first connection at one byte.
type network struct {
	accept chan net.Conn
	done   chan struct{} // closed when the test is over
	all    sync.WaitGroup

	ahead    int // blocks that are buffered in each direction
	takesAll bool
	cut      cut
	dials    atomic.Int64
	carried  [2]atomic.Int64 // bytes to the server, and to the client
}

// cut is where and how a connection ends.
type cut struct {
	how    ending
	at     int64 // bytes that still arrive; negative for no cut
	answer bool  // counts the server's bytes instead of the client's
}

// ending is how a connection ends.
type ending int

const (
	byReset     ending = iota // RST: bytes under way are lost
	byFIN                     // closed normally
	byBlackHole               // silence for ever
)

var endings = map[ending]string{byReset: "reset", byFIN: "FIN", byBlackHole: "black hole"}

var errNetworkOver = errors.New("the network is gone")

// newNetwork returns a network. For HTTP/1.1 its buffers fill up and its writes fail. For
// HTTP/2 it takes everything, like a kernel that has not noticed the end yet:
// golang.org/x/net/http2 holds locks while it writes, and while a goroutine waits for a lock
// the bubble's time stands still.
func newNetwork(version string, c cut) *network {
	n := &network{accept: make(chan net.Conn), done: make(chan struct{}), ahead: 8, cut: c}
	if version == core.HTTP2 {
		n.ahead, n.takesAll = 256, true
	}
	return n
}

// dial is a Dial of package wire.
func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	clientEnd, fromClient := net.Pipe()
	toServer, serverEnd := net.Pipe()
	l := &relays{network: n, ends: [4]net.Conn{clientEnd, fromClient, toServer, serverEnd}, silent: make(chan struct{})}
	up, down := cut{at: -1}, cut{at: -1}
	if n.dials.Add(1) == 1 {
		up = n.cut
		if n.cut.answer {
			up, down = down, n.cut
		}
	}
	l.relay(toServer, fromClient, up, &n.carried[0])
	l.relay(fromClient, toServer, down, &n.carried[1])
	select {
	case n.accept <- serverEnd:
		return &socket{Conn: clientEnd, line: l}, nil
	case <-n.done:
		return nil, errNetworkOver
	}
}

// Accept, Close and Addr implement net.Listener.
func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.accept:
		return conn, nil
	case <-n.done:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error   { return nil }
func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// serve runs handler behind TLS until stop is called.
func (n *network) serve(config *tls.Config, handler http.Handler) (stop func()) {
	config = config.Clone()
	config.NextProtos = []string{"h2", "http/1.1"}
	server := &http.Server{Handler: handler, TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0)}
	n.all.Go(func() { _ = server.Serve(tls.NewListener(n, config)) })
	return func() {
		close(n.done)
		_ = server.Close()
		n.all.Wait()
		<-time.After(time.Minute) // bubble time, in which everything can close
	}
}

// relays are the two directions of one connection.
type relays struct {
	network *network
	ends    [4]net.Conn
	reset   atomic.Bool
	once    sync.Once
	silent  chan struct{} // closed when nothing arrives any more
}

// relay carries bytes from one end to the other up to the cut, with buffers like a kernel's.
func (l *relays) relay(to io.Writer, from io.Reader, c cut, carried *atomic.Int64) {
	const block = 16 << 10
	queue := make(chan []byte, l.network.ahead)
	l.network.all.Go(func() {
		defer close(queue)
		for {
			data := make([]byte, block)
			n, err := from.Read(data)
			if err != nil {
				return
			}
			carried.Add(int64(n))
			select {
			case queue <- data[:n]:
			case <-l.network.done:
				return
			}
		}
	})
	l.network.all.Go(func() {
		if l.carry(to, queue, c) {
			l.close()
		}
	})
}

// carry reports whether the connection is over for both sides.
func (l *relays) carry(to io.Writer, queue <-chan []byte, c cut) bool {
	for data := range queue {
		if c.at >= 0 && int64(len(data)) >= c.at {
			_, _ = to.Write(data[:c.at])
			if c.how == byBlackHole {
				l.once.Do(func() { close(l.silent) })
				return false
			}
			l.reset.Store(c.how == byReset)
			l.close()
			continue
		}
		if c.at >= 0 {
			c.at -= int64(len(data))
		}
		select {
		case <-l.silent:
			return false
		default:
			_, _ = to.Write(data) // an error means that the other end is gone
		}
	}
	select {
	case <-l.silent: // a black hole gives no sign
		return false
	default:
		return true
	}
}

func (l *relays) close() {
	for _, end := range l.ends {
		_ = end.Close()
	}
}

// socket is the client's end, with the errors of a real socket.
type socket struct {
	net.Conn
	line   *relays
	closed atomic.Bool
}

func (s *socket) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if err != nil && s.line.reset.Load() {
		err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return n, err
}

func (s *socket) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	if errors.Is(err, io.ErrClosedPipe) {
		if s.line.network.takesAll && !s.closed.Load() {
			return len(p), nil
		}
		err = &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return n, err
}

// Close implements net.Conn.
func (s *socket) Close() error {
	s.closed.Store(true)
	return s.Conn.Close()
}
