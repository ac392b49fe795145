package control

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// listenLocal listens on a pipe whose name can't be guessed. The pipe belongs to this
// user and can be opened by this user only. As go-winio makes it, it is the first of its
// name and accepts no connections from the network.
func listenLocal(context.Context, string) (l net.Listener, address string, clean func(), err error) {
	user, err := currentUser()
	if err != nil {
		return nil, "", nil, err
	}
	address = `\\.\pipe\ingester-` + rand.Text()
	l, err = winio.ListenPipe(address, &winio.PipeConfig{SecurityDescriptor: fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)", user)})
	if err != nil {
		return nil, "", nil, err
	}
	return l, address, func() {}, nil
}

// dialLocal connects to a pipe. As go-winio does it, the other side can identify this
// user, but not act as this user.
func dialLocal(ctx context.Context, address string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, address)
}

// samePeer returns nil if the pipe belongs to this user. On the listening side the
// pipe's access rights ensure that; on the calling side its owner is checked.
func samePeer(conn net.Conn) error {
	pipe, ok := conn.(interface{ Fd() uintptr })
	if !ok {
		return errors.New("not a pipe")
	}
	found, err := windows.GetSecurityInfo(windows.Handle(pipe.Fd()), windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("asking whose pipe it is: %w", err)
	}
	owner, _, err := found.Owner()
	if err != nil {
		return fmt.Errorf("asking whose pipe it is: %w", err)
	}
	user, err := currentUser()
	if err != nil {
		return err
	}
	if owner == nil || owner.String() != user {
		return errForeign
	}
	return nil
}

// currentUser returns the SID of this process's user.
func currentUser() (string, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return "", fmt.Errorf("asking who this user is: %w", err)
	}
	return user.User.Sid.String(), nil
}
