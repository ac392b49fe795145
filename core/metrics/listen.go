package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/artstore/ingester/core"
)

// Limits of the listener.
const (
	readHeaderTimeout = 5 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = time.Minute
	shutdownTimeout   = time.Second
	maxHeaderBytes    = 8 << 10
)

// loopback is the host of an address that has none.
const loopback = "127.0.0.1"

// Listener serves /metrics on one address.
type Listener struct {
	tcp    net.Listener
	server *http.Server
	url    string
	bound  string
}

// Listen opens addr ("127.0.0.1:9464"), but serves nothing before Serve is called. Without
// a host it listens on the loopback address. An address that other machines can reach is
// allowed, but logged as a warning. Errors are *core.Error of KindUsage.
func (m *Metrics) Listen(ctx context.Context, addr string, log *slog.Logger) (*Listener, error) {
	host, port, err := splitAddress(addr)
	if err != nil {
		return nil, err
	}
	tcp, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, explain(addr, err)
	}
	bound, ok := tcp.Addr().(*net.TCPAddr)
	if !ok {
		_ = tcp.Close()
		return nil, usage(addr, "is not a TCP address", nil)
	}
	if !bound.IP.IsLoopback() {
		log.WarnContext(ctx, "metrics can be read from other machines, without encryption or password; use 127.0.0.1 to keep them on this one",
			"address", bound.String())
	}
	return &Listener{
		tcp: tcp,
		url: "http://" + shown(bound) + "/metrics", bound: bound.String(),
		server: &http.Server{
			Handler:           guard(m.routes(log), allowedHosts(bound, host)),
			ReadHeaderTimeout: readHeaderTimeout,
			ReadTimeout:       readHeaderTimeout, // no request has a body
			WriteTimeout:      writeTimeout,
			IdleTimeout:       idleTimeout,
			MaxHeaderBytes:    maxHeaderBytes,
			ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}, nil
}

// URL returns the address of the metrics, for a browser on this machine.
func (l *Listener) URL() string { return l.url }

// Address returns the address that is listened on, with its real port. That of all
// interfaces is 0.0.0.0 or [::].
func (l *Listener) Address() string { return l.bound }

// Close closes a listener that is not served.
func (l *Listener) Close() error { return l.tcp.Close() }

// Serve answers until ctx ends, and returns once the last answer is sent or aborted. It
// can be called once.
func (l *Listener) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- l.server.Serve(l.tcp) }()
	select {
	case err := <-ended:
		return stopped(err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if l.server.Shutdown(grace) != nil {
		_ = l.server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return stopped(err)
	}
	return nil
}

func stopped(err error) error {
	return &core.Error{Kind: core.KindServer, Code: core.CodeInternal, Op: opListen,
		Message: "The metrics listener stopped by itself.", Err: err}
}

// splitAddress splits and checks the address that the user gave.
func splitAddress(addr string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(addr)
	if err != nil {
		return "", "", usage(addr, `is not an address such as "127.0.0.1:9464"`, err)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", "", usage(addr, "has no port between 0 and 65535", err)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	if host == "" {
		host = loopback
	}
	return host, port, nil
}

// shown returns the address for a browser on this machine.
func shown(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return net.JoinHostPort(loopback, strconv.Itoa(a.Port))
	}
	return a.String()
}

const opListen = "serve metrics"

func usage(addr, what string, err error) *core.Error {
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opListen,
		Message: fmt.Sprintf("The metrics address %q %s.", addr, what), Err: err}
}

// Windows' numbers for errors that have other names there.
const (
	wsaAccess       = syscall.Errno(10013)
	wsaInUse        = syscall.Errno(10048)
	wsaNotAvailable = syscall.Errno(10049)
)

// explain returns an error that says what to do about an address that can't be opened.
func explain(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE), errors.Is(err, wsaInUse):
		e := usage(addr, "is in use by another program. Choose another port, or 0 for any free one", err)
		e.Code = core.CodePortBusy
		return e
	case errors.Is(err, syscall.EACCES), errors.Is(err, wsaAccess):
		return usage(addr, "is not open to this user. Choose a port above 1023", err)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, wsaNotAvailable):
		return usage(addr, "does not belong to this computer. Use 127.0.0.1", err)
	}
	return usage(addr, "can't be opened", err)
}
