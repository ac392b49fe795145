//go:build bench

package peers

import (
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/artstore/ingester/core/coretest"
)

// setting reads a number from the environment.
func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestLocal measures on one machine: client and server share its processors. ROUNDS is the number of rounds (5),
// and SCALE divides the work.
func TestLocal(t *testing.T) {
	rounds, scale := setting(t, "ROUNDS", 5), setting(t, "SCALE", 1)
	ca := coretest.NewCA(t, "peers")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, ca, listener, "127.0.0.1")
	f := newField(t, ca, s.url)
	var report []section

	t.Run("one big file", func(t *testing.T) {
		work := newCorpus(t, 1, int64(2<<30/scale))
		results := compete(t, s, work, nil, rounds, here,
			f.ours(t, "ingester", work, ""), f.curl(t, work, "--http2", 0), f.curl(t, work, "--http1.1", 0), f.rcloneCopy(work, 1, false))
		report = append(report, section{title: "One file of 2 GiB, the server hashes", unit: "MB/s", work: float64(work.bytes()) / 1e6, results: results,
			note:  "The program reads, hashes, sends and compares; curl and rclone only send.",
			goals: []goal{{"curl --http2", 1.5}, {"curl --http1.1", 1}}})

		results = compete(t, s, work, work.sums, rounds, here,
			f.ours(t, "ingester", work, ""), f.curl(t, work, "--http1.1", 0), contender{name: "raw TLS pipe", run: pipe(t, ca, work, false)},
			contender{name: "raw TLS pipe, sender hashes", run: pipe(t, ca, work, true)})
		report = append(report, section{title: "One file of 2 GiB, the server discards", unit: "MB/s", work: float64(work.bytes()) / 1e6, results: results,
			note:  "The pipe is crypto/tls alone: one connection, 256 KiB a write, no HTTP, and no file at the receiving end.",
			goals: []goal{{"raw TLS pipe", 0.65}}})
	})
	t.Run("small files", func(t *testing.T) {
		work := newCorpus(t, 10_000/scale, 4<<10)
		results := compete(t, s, work, nil, rounds, here,
			f.ours(t, "ingester", work, ""), f.curl(t, work, "--http2", 8), f.curl(t, work, "--http1.1", 8), f.rcloneCopy(work, 8, false))
		report = append(report, section{title: "10,000 files of 4 KiB", unit: "files/s", work: float64(len(work.names)), results: results,
			note:  "The program writes every change of a file's state to the disk before the change counts.",
			goals: []goal{{"curl -Z 8 --http2", 2}, {"curl -Z 8 --http1.1", 1.4}, {"rclone, 8 transfers", 3.5}}})
	})
	t.Run("middling files", func(t *testing.T) {
		work := newCorpus(t, 200/scale, 5<<20)
		results := compete(t, s, work, nil, rounds, here,
			f.ours(t, "ingester", work, ""), f.curl(t, work, "--http2", 8), f.curl(t, work, "--http1.1", 8), f.rcloneCopy(work, 8, false))
		report = append(report, section{title: "200 files of 5 MiB", unit: "MB/s", work: float64(work.bytes()) / 1e6, results: results,
			goals: []goal{{"curl -Z 8 --http2", 1.5}, {"curl -Z 8 --http1.1", 0.95}, {"rclone, 8 transfers", 0.95}}})
	})
	if !t.Failed() {
		publish(t, "local", report)
	}
}

// pipe sends the file over a plain TLS connection.
func pipe(t *testing.T, ca *coretest.CA, work corpus, hashing bool) func() error {
	config := &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{ca.Server(t)}}
	client := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: ca.Pool(), ServerName: "127.0.0.1"}
	return func() error {
		listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
		if err != nil {
			return err
		}
		defer func() { _ = listener.Close() }()
		received := make(chan error, 1)
		go func() {
			conn, err := listener.Accept()
			if err == nil {
				_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{conn}, make([]byte, 256<<10))
			}
			received <- err
		}()
		conn, err := tls.Dial("tcp", listener.Addr().String(), client)
		if err != nil {
			return err
		}
		file, err := os.Open(filepath.Join(work.dir, work.names[0]))
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		var source io.Reader = file
		if hashing {
			source = io.TeeReader(file, sha256.New())
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{conn}, struct{ io.Reader }{source}, make([]byte, 256<<10))
		return errors.Join(err, conn.Close(), <-received)
	}
}
