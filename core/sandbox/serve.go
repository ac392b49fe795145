package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// Limits of connections. A whole request has no time limit, because a large file
// may take hours on a slow network. Dead peers are found by TCP keep-alive and
// HTTP/2 pings.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	pingAfter         = 30 * time.Second
	pingTimeout       = 15 * time.Second
	shutdownGrace     = 2 * time.Second
	maxHeaderBytes    = 64 << 10

	// With the default windows of 1 MiB an HTTP/2 upload sends at most 1 MiB
	// each round trip: 20 MB/s at 50 ms. 16 MiB allow 1 Gbit/s at 100 ms.
	windowPerConnection = 16 << 20
	windowPerStream     = 16 << 20
	maxStreams          = 250
	maxReadFrame        = 256 << 10
)

// Serve answers until ctx ends. Then it gives running requests two seconds to
// finish, cuts off the rest, and returns nil when everything has stopped and the
// folder is released.
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

// serve answers until ctx ends or a listener fails.
func (s *Server) serve(ctx context.Context) error {
	ended := make(chan error, len(s.modules))
	servers := make([]*http.Server, len(s.modules))
	for i, m := range s.modules {
		servers[i] = s.httpServer(ctx, m.routes)
		go func() { ended <- s.answer(servers[i], m.listener) }()
	}
	errs, left := []error{}, len(servers)
	select {
	case err := <-ended: // a listener failed
		errs, left = append(errs, err), left-1
		for _, srv := range servers {
			_ = srv.Close()
		}
	case <-ctx.Done():
		errs = append(errs, shutdown(context.WithoutCancel(ctx), servers))
	}
	for range left {
		if stopped := <-ended; !errors.Is(stopped, http.ErrServerClosed) {
			errs = append(errs, stopped)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return &core.Error{Kind: core.KindNetwork, Code: core.CodeInternal, Op: op, Message: "the sandbox stopped unexpectedly", Err: err}
	}
	return nil
}

// answer serves one address. The first generation's server has no ALPN and
// therefore no HTTP/2.
func (s *Server) answer(srv *http.Server, l net.Listener) error {
	if s.cfg.Generation == generation1 {
		return srv.Serve(tls.NewListener(l, srv.TLSConfig))
	}
	return srv.ServeTLS(l, "", "")
}

// shutdown lets requests finish for a while, then closes every connection.
func shutdown(ctx context.Context, servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownGrace)
	defer cancel()
	var group errgroup.Group
	for _, srv := range servers {
		group.Go(func() error {
			err := srv.Shutdown(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				return srv.Close()
			}
			return err
		})
	}
	return group.Wait()
}

// finish waits for the last handlers and releases everything.
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

// release undoes open, also where open failed halfway.
func (s *Server) release() error {
	var errs []error
	for _, m := range s.modules {
		if m.listener == nil {
			continue
		}
		if err := m.listener.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.vault != nil {
		errs = append(errs, s.vault.close())
	}
	errs = append(errs, s.lock.Unlock())
	return errors.Join(errs...)
}

// enter counts a request, unless the server is stopping.
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
func (s *Server) httpServer(ctx context.Context, routes http.Handler) *http.Server {
	return &http.Server{
		Handler:           s.handler(routes),
		TLSConfig:         s.tlsConfig(),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       s.cfg.ReadTimeout,
		IdleTimeout:       s.cfg.IdleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          maxStreams,
			MaxReadFrameSize:              maxReadFrame,
			MaxReceiveBufferPerConnection: windowPerConnection,
			MaxReceiveBufferPerStream:     windowPerStream,
			SendPingTimeout:               pingAfter,
			PingTimeout:                   pingTimeout,
		},
		// Failed handshakes are the clients' problem: logged at debug level only.
		ErrorLog: slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
		// Requests may go on for shutdownGrace after the end of ctx.
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
	if s.cfg.Generation == generation1 {
		return uvicornTLS(cfg)
	}
	return cfg
}

// handler wraps routes in what all requests go through.
func (s *Server) handler(routes http.Handler) http.Handler {
	handler := routes
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
