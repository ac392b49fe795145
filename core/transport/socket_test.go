package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// counted is a socket that counts its system calls.
type counted struct {
	net.Conn
	writes atomic.Int64
}

func (c *counted) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// tlsPair returns a TLS client connection, its socket, and what its server receives.
func tlsPair(t *testing.T) (client *tlsConn, socket *counted, received <-chan []byte) {
	t.Helper()
	ca := coretest.NewCA(t, "CA")
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ca.Server(t)}})
	if err != nil {
		t.Fatal(err)
	}
	all := make(chan []byte, 1)
	go func() {
		defer close(all)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		data, _ := io.ReadAll(conn)
		_ = conn.Close()
		all <- data
	}()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	socket = &counted{Conn: conn}
	client, err = handshake(t.Context(), newSocket(socket), &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "127.0.0.1", RootCAs: ca.Pool(), DynamicRecordSizingDisabled: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(); _ = l.Close() })
	return client, socket, all
}

// Records are gathered, and once Write has returned nothing is kept back.
func TestWireGathersRecords(t *testing.T) {
	client, socket, received := tlsPair(t)
	var sent []byte
	for _, tt := range []struct{ size, most int }{{1, 1}, {16 << 10, 1}, {100 << 10, 1}, {256 << 10, 3}} {
		before, out := socket.writes.Load(), client.wire.written.Load()
		data := bytes.Repeat([]byte{byte(tt.size)}, tt.size)
		if n, err := client.Write(data); n != tt.size || err != nil {
			t.Fatal(n, err)
		}
		sent = append(sent, data...)
		if calls := socket.writes.Load() - before; calls > int64(tt.most) || calls == 0 {
			t.Errorf("%d bytes took %d system calls", tt.size, calls)
		}
		if left := client.wire.written.Load() - out; left < int64(tt.size) {
			t.Errorf("only %d of %d bytes were sent", left, tt.size)
		}
	}
	more := bytes.Repeat([]byte("x"), 1<<20)
	if n, err := client.ReadFrom(bytes.NewReader(more)); n != 1<<20 || err != nil {
		t.Fatal(n, err)
	}
	_ = client.Close()
	if got := <-received; !bytes.Equal(got, append(sent, more...)) {
		t.Errorf("%d bytes arrived", len(got))
	}
}

func TestWireReportsItsErrors(t *testing.T) {
	client, _, _ := tlsPair(t)
	_ = client.wire.Close()
	if _, err := client.Write(make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a small write gave %v", err)
	}
	client, _, _ = tlsPair(t)
	_ = client.wire.Conn.Close() // not closed by us, so the reader might still find a reason
	began := time.Now()
	if _, err := client.wire.ReadFrom(bytes.NewReader(make([]byte, 10))); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took < wire.AlertGrace {
		t.Errorf("a failed write waited %v only", took)
	}
}

// Once the server's alert has been read, a failing Write returns it too, because net/http
// may report either error.
func TestRefusalIsTheReasonOfAWrite(t *testing.T) {
	ca := coretest.NewCA(t, "CA")
	l, err := tls.Listen("tcp", "127.0.0.1:0", ca.ServerConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 1)
	go func() {
		conn, err := l.Accept()
		if err == nil {
			err = conn.(*tls.Conn).HandshakeContext(t.Context())
			_ = conn.Close()
		}
		refused <- err
	}()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err := handshake(t.Context(), newSocket(conn), &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "127.0.0.1", RootCAs: ca.Pool()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close(); _ = l.Close() })
	if <-refused == nil {
		t.Fatal("the server wants no certificate")
	}
	_, reading := client.Read(make([]byte, 1))
	_ = client.Close()
	_, writing := client.Write([]byte("POST"))
	if reading == nil || wire.NetworkError("upload", writing).Code != core.CodeTLSClientRequired {
		t.Errorf("read: %v; write: %v", reading, writing)
	}
}

// Close interrupts a Write at once: one of which the server reads nothing, and one that
// failed and waits for the reader.
func TestCloseBreaksAWrite(t *testing.T) {
	for name, begin := range map[string]func(*counted){
		"that is stuck":   func(*counted) {},
		"that has failed": func(socket *counted) { _ = socket.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ca := coretest.NewCA(t, "CA")
			here, there := net.Pipe()
			server := tls.Server(there, ca.ServerConfig(t))
			shaken := make(chan error, 1)
			go func() { shaken <- server.HandshakeContext(t.Context()) }()
			socket := &counted{Conn: here}
			client, err := handshake(t.Context(), newSocket(socket), &tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12,
				ServerName: "127.0.0.1", RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Client(t, "tester")}})
			if err = errors.Join(err, <-shaken); err != nil {
				t.Fatal(err)
			}
			begin(socket)
			before, written := socket.writes.Load(), make(chan error, 1)
			go func() {
				_, err := client.Write(make([]byte, 10))
				written <- err
			}()
			for socket.writes.Load() == before {
				runtime.Gosched()
			}
			began := time.Now()
			_ = client.Close()
			if err := <-written; err == nil {
				t.Error("the write succeeded")
			}
			if took := time.Since(began); took > 3*time.Second { // an alert's limit is five
				t.Errorf("closing took %v", took)
			}
			_ = there.Close()
		})
	}
}

func TestHostPort(t *testing.T) {
	for address, want := range map[string]string{
		"https://a": "a:443", "http://a": "a:80", "https://a:1": "a:1", "https://[::1]": "[::1]:443", "https://[::1]:2/x": "[::1]:2",
	} {
		u, err := url.Parse(address)
		if err != nil || hostPort(u) != want {
			t.Errorf("%s gave %s", address, hostPort(u))
		}
	}
	for address, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "10.0.0.1:1": false} {
		if isLoopback(address) != want {
			t.Errorf("isLoopback(%s) = %v", address, !want)
		}
	}
}

// If a request that fits into the write buffer could not be written at all, it counts as
// cut off, however much net/http had read of it.
func TestNothingOfASmallRequestLeft(t *testing.T) {
	var l Connection
	w := newSocket(nil)
	w.written.Store(1000)
	l.Got(httptrace.GotConnInfo{Conn: w, Reused: true})
	w.written.Add(499)
	if l.Wrote(500) {
		t.Error("499 bytes held 500")
	}
	w.written.Add(1)
	if !l.Wrote(500) {
		t.Error("500 bytes did not hold 500")
	}
}

func TestHandshakeFails(t *testing.T) {
	s := newServer(t, coretest.NewCA(t, "CA"), nil)
	r := &pools{dial: dialTCP}
	conn, err := r.wire(t.Context(), "tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handshake(t.Context(), asSocket(conn), &tls.Config{MinVersion: tls.VersionTLS13, ServerName: "x"}); err == nil {
		t.Error("an unknown server was accepted")
	}
	if asSocket(conn) != conn || asSocket(&counted{}) == nil {
		t.Error("wrapped again")
	}
}
