package main

import (
	"context"
	"sync"
)

// metricsSwitch turns the /metrics listener on and off.
type metricsSwitch struct {
	mu   sync.Mutex
	url  string
	addr string // that is listened on
	stop context.CancelFunc
	done chan struct{}
}

// on starts the listener, or moves it to another address.
func (s *metricsSwitch) on(ctx context.Context, p *program, addr string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
	listener, err := p.metrics.Listen(ctx, addr, p.log)
	if err != nil {
		return "", err
	}
	serving, stop := context.WithCancel(p.services.ctx)
	done := make(chan struct{})
	s.url, s.addr, s.stop, s.done = listener.URL(), listener.Address(), stop, done
	p.services.start(func(context.Context) error {
		defer close(done)
		if err := listener.Serve(serving); err != nil { // uploads don't depend on it
			p.log.Error("the metrics listener ended", "error", err)
		}
		return nil
	})
	p.log.Info("metrics are served", "url", s.url)
	return s.url, nil
}

// off stops the listener and waits for it.
func (s *metricsSwitch) off() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
}

func (s *metricsSwitch) end() {
	if s.stop == nil {
		return
	}
	s.stop()
	<-s.done
	s.url, s.addr, s.stop, s.done = "", "", nil, nil
}

// address is the listener's URL, "" while it is off.
func (s *metricsSwitch) address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// bound is the address that is listened on, "" while it is off.
func (s *metricsSwitch) bound() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addr
}

// serveMetrics serves /metrics on addr for the time of a command; "" does not.
func (p *program) serveMetrics(ctx context.Context, addr string) error {
	if addr == "" {
		return nil
	}
	_, err := p.listener.on(ctx, p, addr)
	return err
}
