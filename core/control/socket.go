package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/core/smallfile"
)

// errForeign means that the other side is a process of another user.
var errForeign = errors.New("the other side is a process of another user")

// ErrNobody means that no owner listens: there is none, or its version is older than
// this package.
var ErrNobody = errors.New("no owner of the queue listens")

// maxAddress bounds the size of the file that names the socket.
const maxAddress = 4 << 10

// note returns the file that says where the owner of the queue in folder listens. Paths
// of sockets must be short, so the socket can't always be in the folder itself.
func note(folder string) string { return filepath.Join(folder, "control.address") }

// Listener is the owner's listener. It closes connections of other users' processes
// before it reads a byte.
type Listener struct {
	net.Listener
	note  string
	clean func()
	log   *slog.Logger
}

// Listen listens for callers of the queue in folder. Only the queue's owner may call it.
func Listen(ctx context.Context, folder string, log *slog.Logger) (*Listener, error) {
	inner, address, clean, err := listenLocal(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("listen for other processes: %w", err)
	}
	l := &Listener{Listener: inner, note: note(folder), clean: clean, log: log}
	if err := smallfile.Write(l.note, []byte(address), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("say where other processes find this one: %w", err), l.Close())
	}
	return l, nil
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if err := samePeer(conn); err != nil {
			l.log.Warn("a process was not let to the queue", "error", err)
			_ = conn.Close()
			continue
		}
		return conn, nil
	}
}

// Close implements net.Listener. It first removes the file by which others find the
// owner: the queue is still locked, so it can't be the next owner's file.
func (l *Listener) Close() error {
	_ = os.Remove(l.note)
	err := l.Listener.Close()
	l.clean()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// dial connects to the owner of the queue in folder.
func dial(ctx context.Context, folder string) (net.Conn, error) {
	address, err := smallfile.Read(note(folder), maxAddress)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	conn, err := dialLocal(ctx, string(address))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	if err := samePeer(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
