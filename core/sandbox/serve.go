package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// Limits of connections. There is no limit on a whole request: a large file on
// a slow line takes as long as it takes. Dead peers are found by TCP keep-alive
// and HTTP/2 pings.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	pingAfter         = 30 * time.Second
	pingTimeout       = 15 * time.Second
	shutdownGrace     = 2 * time.Second
	maxHeaderBytes    = 64 << 10

	// The default windows of 1 MiB hold one HTTP/2 upload to a window a
	// round trip: 20 MB/s at 50 ms. 16 MiB is 1 Gbit/s at 100 ms.
	windowPerConnection = 16 << 20
	windowPerStream     = 16 << 20
	maxStreams          = 250
	maxReadFrame        = 256 << 10
)

// splitAddr reads a Config.Addr.
func splitAddr(addr string) (host, port string, err error) {
	if addr == "" {
		addr = DefaultAddr
	}
	if host, port, err = net.SplitHostPort(addr); err != nil {
		return "", "", usage(fmt.Sprintf("%q is not an address such as %q", addr, DefaultAddr), err)
	}
	if host == "" {
		host = "127.0.0.1" // whoever wants the network to see it says 0.0.0.0
	}
	return host, port, nil
}

// listen opens the address. Port 0 means the port of the last run, so that
// profiles made then still work; where another program has it, a free one.
func (s *Server) listen(host, port string) error {
	portFile := filepath.Join(s.cfg.Dir, "port")
	var l net.Listener
	var err error
	if port == "0" {
		if last, readErr := os.ReadFile(portFile); readErr == nil {
			// Failing here is no error: the port is taken, or the file is nonsense.
			l, _ = net.Listen("tcp", net.JoinHostPort(host, strings.TrimSpace(string(last)))) //nolint:noctx // returns at once
		}
	}
	if l == nil {
		if l, err = net.Listen("tcp", net.JoinHostPort(host, port)); err != nil { //nolint:noctx // returns at once
			return usage("cannot listen on "+net.JoinHostPort(host, port), err)
		}
	}
	s.listener = l
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		return usage("cannot read the own address", err)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	s.url = "https://" + net.JoinHostPort(host, port)
	if err := writePrivate(portFile, []byte(port+"\n")); err != nil {
		return unusable("remember the port", err)
	}
	return nil
}

// Serve answers until ctx ends, then lets requests under way finish for a
// moment, cuts off the rest, and returns nil when everything has stopped and
// the folder is free.
func (s *Server) Serve(ctx context.Context) error {
	s.mu.Lock()
	if s.state != listening {
		s.mu.Unlock()
		return usage("a sandbox serves once", nil)
	}
	s.state = serving
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	var background sync.WaitGroup
	if s.tus != nil {
		background.Go(func() { s.tus.keepClean(ctx) })
	}
	err := s.serve(ctx)
	cancel() // the listener may have failed
	background.Wait()
	return errors.Join(err, s.finish())
}

// serve answers until ctx ends or the listener fails.
func (s *Server) serve(ctx context.Context) error {
	srv := s.httpServer(ctx)
	ended := make(chan error, 1)
	go func() { ended <- srv.ServeTLS(s.listener, "", "") }()
	var err error
	select {
	case err = <-ended: // the listener failed
		_ = srv.Close()
	case <-ctx.Done():
		err = shutdown(context.WithoutCancel(ctx), srv)
		if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
			err = errors.Join(err, stopped)
		}
	}
	if err != nil {
		err = &core.Error{Kind: core.KindNetwork, Code: core.CodeInternal, Op: op, Message: "the sandbox stopped unexpectedly", Err: err}
	}
	return err
}

// shutdown ends srv: gently first, then by closing every connection.
func shutdown(ctx context.Context, srv *http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	err := srv.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return srv.Close()
	}
	return err
}

// finish waits for the last handlers and gives everything back.
func (s *Server) finish() error {
	s.mu.Lock()
	s.state = stopping
	s.mu.Unlock()
	s.requests.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = closed
	return s.release()
}

// release gives back what open acquired, as far as it came.
func (s *Server) release() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.vault != nil {
		errs = append(errs, s.vault.close())
	}
	errs = append(errs, s.lock.Unlock())
	return errors.Join(errs...)
}

// enter counts a request in, unless the server is stopping.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != serving {
		return false
	}
	s.requests.Add(1)
	return true
}

// httpServer builds the server for both HTTP versions.
func (s *Server) httpServer(ctx context.Context) *http.Server {
	return &http.Server{
		Handler:           s.handler(),
		TLSConfig:         s.tlsConfig(),
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxStreams,
			MaxReadFrameSize:              maxReadFrame,
			MaxReceiveBufferPerConnection: windowPerConnection,
			MaxReceiveBufferPerStream:     windowPerStream,
			SendPingTimeout:               pingAfter,
			PingTimeout:                   pingTimeout,
		},
		// Handshakes that fail are the clients' business: seen with debug logs only.
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
		// Requests outlive the end of ctx by shutdownGrace.
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
}

func (s *Server) tlsConfig() *tls.Config {
	cfg := &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{s.identity},
		NextProtos:   []string{"h2", "http/1.1"},
		Time:         s.cfg.Now,
	}
	if !s.cfg.NoMTLS {
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
		cfg.ClientCAs = s.ca.pool()
	}
	return cfg
}

// handler is every path of both modules.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/auth/token", s.token)
	mux.HandleFunc("GET /api/v1/auth/jwks", s.jwks)
	mux.HandleFunc("POST /api/v1/files/upload", s.upload)
	mux.HandleFunc("GET /api/v1/files", s.list)
	mux.HandleFunc("GET /api/v1/files/{id}", s.file)
	mux.HandleFunc("GET /api/v1/files/{id}/download", s.download)
	if s.cfg.Generation == generation1 {
		mux.HandleFunc("POST /api/v1/finalize/{file_id}", s.finalize)
		mux.HandleFunc("GET /api/v1/finalize/{transaction_id}/status", s.finalizeStatus)
	}
	if s.tus != nil {
		mux.Handle("/files", s.tus)
		mux.Handle(tusPath, s.tus)
	}
	mux.HandleFunc("GET /health/live", s.live)
	mux.HandleFunc("GET /health/ready", s.ready)
	mux.Handle("GET /metrics", s.metrics.handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.refuse(w, &refusal{status: http.StatusNotFound, code: codeNotFound, message: "Not Found"})
	})
	var handler http.Handler = mux
	if s.cfg.Wrap != nil {
		handler = s.cfg.Wrap(handler)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			s.refuse(w, &refusal{status: http.StatusServiceUnavailable, code: codeStopping, message: "the server is stopping", retryAfter: 1})
			return
		}
		defer s.requests.Done()
		handler.ServeHTTP(w, r)
	})
}
