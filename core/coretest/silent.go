package coretest

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// Silent is a TLS server that checks client certificates like asyncio, and so uvicorn: if it refuses
// one, it closes the connection without an alert that says why.
type Silent struct {
	Addr    string // host:port
	Accepts atomic.Bool
}

// NewSilent starts a server with these ALPN protocols that accepts no certificate. Once it is made to
// accept them, it answers 201 to every request. It ends with the test.
func NewSilent(t testing.TB, ca *CA, protocols ...string) *Silent {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Silent{Addr: l.Addr().String()}
	config := ca.ServerConfig(t)
	config.ClientAuth, config.NextProtos = tls.RequestClientCert, protocols
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(tls.Server(conn, config))
			_ = conn.Close()
		}
	}()
	return s
}

func (s *Silent) serve(conn *tls.Conn) {
	if conn.HandshakeContext(context.Background()) != nil || !s.Accepts.Load() {
		return
	}
	_, _ = conn.Read(make([]byte, 4096))
	_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	_ = conn.CloseWrite()
}
