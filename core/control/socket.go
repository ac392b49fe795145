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

// errForeign is a process of another user on the other side.
var errForeign = errors.New("the other side is a process of another user")

// ErrNobody is that no owner listens: there is none, or one that is older than
// this package.
var ErrNobody = errors.New("no owner of the queue listens")

// maxAddress bounds the note that names the socket.
const maxAddress = 4 << 10

// note is the file that says where the owner of the queue in folder listens.
// Paths of sockets must be short, so it can't always be in the folder itself.
func note(folder string) string { return filepath.Join(folder, "control.address") }

// Listener is where an owner listens. Connections of other users' processes are
// closed before a byte is read.
type Listener struct {
	net.Listener
	note  string
	clean func()
	log   *slog.Logger
}

// Listen listens for callers of the queue that lies in folder. Only its owner
// may call it.
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

// Close implements net.Listener. What others find the owner by goes first: the
// queue is still locked, so the next owner's is not yet there.
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
