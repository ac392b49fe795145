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
	"testing"

	"golang.org/x/net/http2"

	"github.com/artstore/ingester/core/coretest"
)

// network is connections in memory between a client and a real server, so that
// time in a synctest bubble goes on while they are silent. It cuts the first
// connection at one byte.
type network struct {
	accept chan net.Conn
	done   chan struct{} // closed when the test is over
	all    sync.WaitGroup

	cut   cut
	dials atomic.Int64
}

// cut is where and how a connection ends.
type cut struct {
	how    ending
	at     int64 // bytes that still arrive; negative for no cut
	answer bool  // of those that the server sends, not the client
}

// ending is how a connection ends.
type ending int

const (
	byReset     ending = iota // RST: what was under way is lost
	byFIN                     // closed in good order
	byBlackHole               // silence for ever
)

var endings = map[ending]string{byReset: "reset", byFIN: "FIN", byBlackHole: "black hole"} //nolint:gochecknoglobals // names

var errNetworkOver = errors.New("the network is gone")

func newNetwork(c cut) *network {
	return &network{accept: make(chan net.Conn), done: make(chan struct{}), cut: c}
}

// dial is a transport.Dial.
func (n *network) dial(context.Context, string, string) (net.Conn, error) {
	clientEnd, fromClient := net.Pipe()
	toServer, serverEnd := net.Pipe()
	l := &lineTest{network: n, ends: []net.Conn{clientEnd, fromClient, toServer, serverEnd}, silent: make(chan struct{})}
	up, down := cut{at: -1}, cut{at: -1}
	if n.dials.Add(1) == 1 {
		up = n.cut
		if n.cut.answer {
			up, down = down, n.cut
		}
	}
	l.relay(toServer, fromClient, up)
	l.relay(fromClient, toServer, down)
	select {
	case n.accept <- serverEnd:
		return &socket{clientEnd, l}, nil
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
func (n *network) serve(ca *coretest.CA, t testing.TB, handler http.Handler) (stop func()) {
	config := ca.ServerConfig(t)
	config.NextProtos = []string{"h2", "http/1.1"}
	server := &http.Server{Handler: handler, TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0)}
	if err := http2.ConfigureServer(server, nil); err != nil {
		t.Fatal(err)
	}
	n.all.Go(func() { _ = server.Serve(tls.NewListener(n, config)) })
	return func() {
		close(n.done)
		_ = server.Close()
		n.all.Wait()
	}
}

// lineTest is one connection.
type lineTest struct {
	network *network
	ends    []net.Conn
	reset   atomic.Bool
	once    sync.Once
	silent  chan struct{} // closed: nothing arrives any more
}

// relay carries bytes from one end to the other, buffered as a kernel does,
// up to the cut.
func (l *lineTest) relay(to io.Writer, from io.Reader, c cut) {
	const chunk, ahead = 16 << 10, 8
	queue := make(chan []byte, ahead)
	l.network.all.Go(func() {
		defer close(queue)
		for {
			data := make([]byte, chunk)
			n, err := from.Read(data)
			if n > 0 {
				select {
				case queue <- data[:n]:
				case <-l.silent:
					return
				case <-l.network.done:
					return
				}
			}
			if err != nil {
				return
			}
		}
	})
	l.network.all.Go(func() {
		for data := range queue {
			if c.at >= 0 && int64(len(data)) >= c.at {
				_, _ = to.Write(data[:c.at])
				l.end(c.how)
				return
			}
			c.at -= int64(len(data))
			if c.at < 0 && c.how == 0 {
				c.at = -1
			}
			select {
			case <-l.silent:
				return
			default:
			}
			if _, err := to.Write(data); err != nil {
				break
			}
		}
		select {
		case <-l.silent: // a black hole tells nobody
		default:
			l.close()
		}
	})
}

// end ends the connection.
func (l *lineTest) end(how ending) {
	switch how {
	case byReset:
		l.reset.Store(true)
		l.close()
	case byFIN:
		l.close()
	case byBlackHole:
		l.once.Do(func() { close(l.silent) })
	}
}

func (l *lineTest) close() {
	for _, end := range l.ends {
		_ = end.Close()
	}
}

// socket is the client's end, with the errors of a socket.
type socket struct {
	net.Conn
	line *lineTest
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
		err = &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return n, err
}

// Close ends the connection for the server too, unless nothing arrives there.
func (s *socket) Close() error {
	err := s.Conn.Close()
	_ = s.line.ends[1].Close()
	return err
}
