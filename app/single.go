package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/artstore/ingester/core/smallfile"
)

// A second start of the window hands its files to the first over a local
// socket. The socket lies in a folder that only its owner can enter; a file in
// the state folder says where, because socket paths must be short.

const (
	handOverTime  = 5 * time.Second
	maxHandOver   = 16 << 20 // bytes of paths
	socketPathMax = 100      // sun_path holds 104 to 108 bytes
)

// handOver is what a second start sends. JSON's text can't hold a path that is
// not UTF-8: where there is one, all are sent as bytes too.
type handOver struct {
	Paths []string `json:"paths"`
	Bytes [][]byte `json:"path_bytes,omitempty"`
}

func newHandOver(paths []string) (handOver, error) {
	m := handOver{Paths: make([]string, 0, len(paths))}
	for _, path := range paths {
		abs, err := filepath.Abs(path)
		if err != nil {
			return m, fmt.Errorf("find %s: %w", path, err)
		}
		m.Paths = append(m.Paths, abs)
	}
	if slices.IndexFunc(m.Paths, func(p string) bool { return !utf8.ValidString(p) }) < 0 {
		return m, nil
	}
	for _, path := range m.Paths {
		m.Bytes = append(m.Bytes, []byte(path))
	}
	return m, nil
}

// paths are those that were handed over, byte by byte.
func (m handOver) paths() []string {
	if len(m.Bytes) == 0 {
		return m.Paths
	}
	paths := make([]string, 0, len(m.Bytes))
	for _, path := range m.Bytes {
		paths = append(paths, string(path))
	}
	return paths
}

// firstInstance listens for second starts.
type firstInstance struct {
	listener net.Listener
	address  string // file that names the socket
	folder   string // made for the socket, "" if none was needed
}

func listenForStarts(ctx context.Context, f folders) (*firstInstance, error) {
	first := &firstInstance{address: f.socket()}
	path := filepath.Join(f.state, "window.sock")
	if len(path) > socketPathMax {
		dir, err := os.MkdirTemp("", "ingester-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the socket: %w", err)
		}
		first.folder, path = dir, filepath.Join(dir, "window.sock")
	}
	// The lock is ours, so a socket that lies there is one of a crash.
	_ = os.Remove(path)
	var err error
	if first.listener, err = new(net.ListenConfig).Listen(ctx, "unix", path); err != nil {
		return nil, fmt.Errorf("listen for second starts: %w", err)
	}
	if err := os.WriteFile(first.address, []byte(path), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("tell where second starts find the window: %w", err), first.close())
	}
	return first, nil
}

// serveStarts calls open for each second start until ctx ends.
func serveStarts(ctx context.Context, f folders, open func(paths []string)) error {
	first, err := listenForStarts(ctx, f)
	if err != nil {
		return err
	}
	return first.serve(ctx, open)
}

// serve calls open for each second start until ctx ends.
func (f *firstInstance) serve(ctx context.Context, open func(paths []string)) error {
	stop := context.AfterFunc(ctx, func() { _ = f.listener.Close() })
	defer stop()
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return f.close()
			}
			return errors.Join(fmt.Errorf("listen for second starts: %w", err), f.close())
		}
		if paths, err := receive(conn); err == nil {
			open(paths)
		}
	}
}

// receive reads one hand-over and acknowledges it.
func receive(conn net.Conn) ([]string, error) {
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(handOverTime)); err != nil {
		return nil, err
	}
	var message handOver
	if err := json.NewDecoder(&limitedConn{conn, maxHandOver}).Decode(&message); err != nil {
		return nil, err
	}
	_, err := conn.Write([]byte("ok\n"))
	return message.paths(), err
}

func (f *firstInstance) close() error {
	err := f.listener.Close()
	if errors.Is(err, net.ErrClosed) {
		err = nil
	}
	_ = os.Remove(f.address)
	if f.folder != "" {
		_ = os.RemoveAll(f.folder)
	}
	return err
}

// limitedConn reads at most so many bytes.
type limitedConn struct {
	net.Conn
	left int
}

func (c *limitedConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("message too long")
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// handOverTo gives the paths to the window that runs already.
func handOverTo(ctx context.Context, f folders, paths []string) error {
	address, err := smallfile.Read(f.socket(), maxNote)
	if err != nil {
		return fmt.Errorf("find the running window: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, handOverTime)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", strings.TrimSpace(string(address)))
	if err != nil {
		return fmt.Errorf("reach the running window: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(handOverTime)); err != nil {
		return err
	}
	message, err := newHandOver(paths)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(conn).Encode(message); err != nil {
		return fmt.Errorf("hand over the files: %w", err)
	}
	answer := make([]byte, 3)
	if _, err := conn.Read(answer); err != nil {
		return fmt.Errorf("hand over the files: %w", err)
	}
	return nil
}
