package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/metrics"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/spool"
	"github.com/artstore/ingester/core/store"
)

// programConfig is what a command or the window wants of a program.
type programConfig struct {
	folders folders
	kind    control.Kind
	log     *slog.Logger
	secrets *connect.Secrets // nil: made from secret
	secret  core.Secret      // from the command line, zero for none
	redact  *core.Redactor   // learns the secrets that are used
	own     bool             // only files of calls are sent, not all of the queue
	grace   time.Duration    // how long what was cancelled or removed can be brought back
	adopts  bool             // a command has just handed the queue over
	load    func(name string) (core.Profile, error)
	moving  func(core.Profile) bool // whether a profile's server may have another address after each start; nil: the embedded one's may
}

// program is the running core: the queue of this user and all it needs.
type program struct {
	folders  folders
	log      *slog.Logger
	lock     *queueLock
	secrets  *connect.Secrets
	profiles *profiles.Dir
	metrics  *metrics.Metrics
	conns    *connect.Connections
	store    *store.Store
	engine   *engine.Engine
	embedded embedded
	listener metricsSwitch
	services services
	shared   *sharedQueue
}

// openProgram takes the queue and opens it. The error is CodeAlreadyRunning if
// another process of this user has it.
func openProgram(ctx context.Context, cfg programConfig) (*program, error) {
	if err := cfg.folders.make(); err != nil {
		return nil, err
	}
	lock, err := takeLock(ctx, cfg.folders.lock())
	if err != nil {
		return nil, err
	}
	return openLocked(ctx, cfg, lock)
}

// openLocked opens the queue, which is locked already.
func openLocked(ctx context.Context, cfg programConfig, lock *queueLock) (*program, error) {
	p := &program{folders: cfg.folders, log: cfg.log, lock: lock, secrets: cfg.secrets,
		profiles: profiles.Open(cfg.folders.profiles()), metrics: metrics.New(metrics.Build{Version: build().Version, Commit: build().Commit, GoVersion: build().Go})}
	if p.secrets == nil {
		p.secrets = connect.NewSecrets(cfg.secret, cfg.redact)
	}
	p.secrets.RememberPublishers(cfg.folders.publishers(), cfg.log)
	p.shared = newSharedQueue(p, cfg.kind)
	p.shared.listen(ctx)
	var err error
	if p.store, err = store.Open(ctx, cfg.folders.queue(), cfg.log); err != nil {
		return nil, errors.Join(err, p.shared.close(), p.lock.Unlock())
	}
	load := cfg.load
	if load == nil {
		load = p.profiles.Load
	}
	moves := cfg.moving
	if moves == nil {
		moves = p.embedded.is
	}
	p.conns = connect.New(connect.Config{Load: load, Moves: moves, Secrets: p.secrets, Metrics: p.metrics, UserAgent: userAgent(), Log: cfg.log})
	p.engine = engine.New(engine.Config{Store: p.store, Uploaders: p.conns, Spooler: spool.Open(cfg.folders.spool()), Observer: p.metrics,
		Own: cfg.own, Paused: isPaused(cfg.folders), Adopts: cfg.adopts, Log: cfg.log, Most: attemptsThatFit(), Grace: cfg.grace})
	p.shared.begin()
	return p, nil
}

// run runs work, and returns when work and every service that it started have
// ended. Work starts the queue as a service once its server can be reached.
func (p *program) run(ctx context.Context, work func(ctx context.Context) error) error {
	p.services.begin(ctx)
	defer p.services.stop()
	err := work(p.services.ctx)
	if cause := context.Cause(p.services.ctx); err != nil && cause != nil && ctx.Err() == nil {
		err = cause // a service failed: that is why work ended
	}
	p.conns.Close() // an embedded server would wait for idle connections
	p.services.stop()
	return errors.Join(err, p.services.wait())
}

// startEmbedded starts the embedded server, if it does not run yet.
func (p *program) startEmbedded(ctx context.Context) (core.Profile, error) {
	return p.embedded.start(ctx, p.folders.sandbox(), p.secrets, &p.services, p.log)
}

// abandon ends everything although run does not return, because its work hangs.
func (p *program) abandon() error {
	p.conns.Close()
	p.services.stop()
	return errors.Join(p.services.wait(), p.close())
}

// close releases the queue. Callers in other processes are told first; they find the
// next owner once the lock is free.
func (p *program) close() error {
	p.conns.Close()
	return errors.Join(p.shared.close(), p.store.Close(), p.lock.Unlock())
}

// services are the goroutines of a program: the queue, the embedded server,
// the metrics listener. One that fails ends them all.
type services struct {
	ctx   context.Context
	stop  context.CancelFunc
	group *errgroup.Group
	mu    sync.Mutex
}

func (s *services) begin(ctx context.Context) {
	ctx, s.stop = context.WithCancel(ctx)
	s.group, s.ctx = errgroup.WithContext(ctx)
}

// start runs f until it returns or the program ends.
func (s *services) start(f func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.group.Go(func() error { return f(s.ctx) })
}

func (s *services) wait() error { return s.group.Wait() }
