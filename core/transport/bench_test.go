package transport

import (
	"crypto/tls"
	"io"
	"testing"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// BenchmarkWire writes blocks to a TLS connection whose other end discards them: once with
// gathered records, and once with a system call for each record.
func BenchmarkWire(b *testing.B) {
	for _, name := range []string{"gathered", "record by record"} {
		b.Run(name, func(b *testing.B) {
			ca := coretest.NewCA(b, "CA")
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ca.Server(b)}})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = l.Close() }()
			done := make(chan struct{})
			go func() {
				defer close(done)
				if conn, err := l.Accept(); err == nil {
					_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, wire.BlockSize))
					_ = conn.Close()
				}
			}()
			conn, err := dialTCP(b.Context(), "tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			secure, err := handshake(b.Context(), asSocket(conn), &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: ca.Pool(), ServerName: "127.0.0.1", DynamicRecordSizingDisabled: true})
			if err != nil {
				b.Fatal(err)
			}
			var w io.Writer = secure
			if name != "gathered" {
				w = secure.Conn
			}
			data := make([]byte, wire.BlockSize)
			b.SetBytes(wire.BlockSize)
			for b.Loop() {
				if _, err := w.Write(data); err != nil {
					b.Fatal(err)
				}
			}
			_ = secure.Close()
			<-done
		})
	}
}
