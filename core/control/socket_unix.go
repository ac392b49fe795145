//go:build unix

package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/artstore/ingester/core/smallfile"
)

// socketPathMax is how long the path of a socket may be: sun_path has 104 to 108 bytes.
const socketPathMax = 100

// listenLocal listens below a folder, or in a folder made for it if the path is too long
// for a socket, or if the file system has no sockets.
func listenLocal(ctx context.Context, folder string) (l net.Listener, address string, clean func(), err error) {
	sweep(folder)
	dir := filepath.Join(folder, "control")
	l, address, err = listenIn(ctx, dir)
	if err != nil {
		var made error
		if dir, made = os.MkdirTemp("", ownFolder); made != nil {
			return nil, "", nil, errors.Join(err, made)
		}
		if l, address, err = listenIn(ctx, dir); err != nil {
			_ = os.RemoveAll(dir)
			return nil, "", nil, err
		}
	}
	return l, address, func() { _ = os.RemoveAll(dir) }, nil
}

// ownFolder is the beginning of the names of folders made for a socket.
const ownFolder = "ingester-"

// sweep removes the folder that a killed owner had made for its socket.
func sweep(folder string) {
	address, err := smallfile.Read(note(folder), maxAddress)
	if err != nil {
		return
	}
	dir := filepath.Dir(string(address))
	if filepath.Dir(dir) == filepath.Clean(os.TempDir()) && strings.HasPrefix(filepath.Base(dir), ownFolder) && private(dir) == nil {
		_ = os.RemoveAll(dir) // what can't be removed does no harm
	}
}

// listenIn listens in a folder that only its user can enter. The queue is ours, so a
// socket that is already there is left over from an earlier owner.
func listenIn(ctx context.Context, dir string) (net.Listener, string, error) {
	path := filepath.Join(dir, "socket")
	if len(path) > socketPathMax {
		return nil, "", fmt.Errorf("%s is too long for a socket", path)
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, "", err
	}
	if err := private(dir); err != nil {
		return nil, "", err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, "", err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, "", err
	}
	return l, path, nil
}

// private makes sure that a folder belongs to this user and that no other user has
// access.
func private(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is no folder of this user", dir)
	}
	return os.Chmod(dir, 0o700) //nolint:gosec // entering a folder needs x
}

// dialLocal connects to a socket.
func dialLocal(ctx context.Context, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", address)
}

// samePeer returns nil if the process on the other side is this user's.
func samePeer(conn net.Conn) error { return peerIs(conn, os.Geteuid()) }

func peerIs(conn net.Conn, user int) error {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return errors.New("not a socket")
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var uid int
	var asked error
	if err := raw.Control(func(fd uintptr) { uid, asked = peerOf(int(fd)) }); err != nil {
		return err
	}
	if asked != nil {
		return fmt.Errorf("asking whose process it is: %w", asked)
	}
	if uid != user {
		return fmt.Errorf("%w: user %d", errForeign, uid)
	}
	return nil
}
