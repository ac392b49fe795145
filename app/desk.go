package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime/debug"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/engine"
)

// desk is where other processes of this user work with the queue that this one
// owns. It is a control.Owner.
type desk struct {
	p       *program
	kind    control.Kind
	server  *control.Server
	serving errgroup.Group

	mu      sync.Mutex
	window  func(paths []string) // opens files, nil until there is one
	waiting []string             // files for it
	raise   bool                 // it was asked for meanwhile
	yield   func()               // gives the queue to a window, nil where nothing does
	yielded bool
	files   int // that were submitted to this process, for the limit of its heap
}

var _ control.Owner = (*desk)(nil)

func newDesk(p *program, kind control.Kind) *desk {
	return &desk{p: p, kind: kind, server: control.NewServer(control.Hello{Program: build().Version, Kind: kind, Process: os.Getpid()}, p.log)}
}

// listen lets others find this process. One that can't be found does without.
func (d *desk) listen(ctx context.Context) {
	l, err := control.Listen(ctx, d.p.folders.state, d.p.log)
	if err != nil {
		d.p.log.Warn("other processes can't work with this one's queue", "error", err)
		return
	}
	d.serving.Go(func() error {
		defer func() { _ = l.Close() }() // nobody is left who would hear
		return d.server.Serve(l)
	})
}

// begin lets others in.
func (d *desk) begin() { d.server.Begin(d) }

// close tells others that this process ends.
func (d *desk) close() error {
	d.mu.Lock()
	yielded := d.yielded
	d.mu.Unlock()
	d.server.End(yielded)
	return errors.Join(d.server.Close(), d.serving.Wait())
}

// expect makes room in a command's heap for files more.
func (d *desk) expect(files int) {
	if d.kind != control.Command || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files += files
	debug.SetMemoryLimit(heapLimit + heapLimitPerFile*int64(d.files))
}

// attend has a window open the files that second starts bring.
func (d *desk) attend(open func(paths []string)) {
	d.mu.Lock()
	d.window = open
	waiting, raise := d.waiting, d.raise
	d.waiting, d.raise = nil, false
	d.mu.Unlock()
	if raise {
		open(waiting)
	}
}

// onYield has f called when a window asks for the queue.
func (d *desk) onYield(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.yield = f
}

// Open implements control.Owner.
func (d *desk) Open(paths []string) error {
	if d.kind != control.Window {
		return usageError("the process that has the queue is no window")
	}
	d.mu.Lock()
	open := d.window
	if open == nil {
		d.waiting, d.raise = append(d.waiting, paths...), true
	}
	d.mu.Unlock()
	if open != nil {
		open(paths)
	}
	return nil
}

// HandOver implements control.Owner.
func (d *desk) HandOver() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.yield == nil {
		return errOwned()
	}
	d.yielded = true
	d.yield()
	return nil
}

// Attach implements control.Owner.
func (d *desk) Attach(ctx context.Context, t control.Terms) (control.Attached, error) {
	name, leave, err := d.p.conns.Admit(ctx, t)
	if err != nil {
		return nil, err
	}
	return &guest{Call: d.p.engine.Call(t.Profile.Name, name), desk: d, leave: leave}, nil
}

// guest is another process's call. Its terms go with it.
type guest struct {
	*engine.Call
	desk  *desk
	leave func()
}

// Submit implements control.Call.
func (g *guest) Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	g.desk.expect(len(sources))
	return g.Call.Submit(ctx, sources, o)
}

// Stop implements control.Call.
func (g *guest) Stop(ctx context.Context) error {
	defer g.leave()
	return g.Call.Stop(ctx)
}

// Leave implements control.Call.
func (g *guest) Leave(ctx context.Context) error {
	defer g.leave()
	return g.Call.Leave(ctx)
}

// Transfer implements control.Owner.
func (d *desk) Transfer(ctx context.Context, id core.TransferID) (core.Transfer, error) {
	found, err := d.p.store.Transfers(ctx, []core.TransferID{id})
	if err == nil && len(found) == 0 {
		err = usageError("there is no transfer %s", id)
	}
	if err != nil {
		return core.Transfer{}, err
	}
	return found[0], nil
}

// Transfers implements control.Queue.
func (d *desk) Transfers(ctx context.Context) (core.Snapshot, error) {
	select {
	case <-d.p.engine.Ready():
	case <-ctx.Done():
		return core.Snapshot{}, ctx.Err()
	}
	snapshot, feed := d.p.engine.Subscribe()
	feed.Close()
	return snapshot, nil
}

// Retry implements control.Queue.
func (d *desk) Retry(ctx context.Context, ids ...core.TransferID) error {
	return d.p.engine.Retry(ctx, ids...)
}

// Cancel implements control.Queue.
func (d *desk) Cancel(ctx context.Context, ids ...core.TransferID) error {
	return d.p.engine.Cancel(ctx, ids...)
}

// Remove implements control.Queue.
func (d *desk) Remove(ctx context.Context, ids ...core.TransferID) error {
	return d.p.engine.Remove(ctx, ids...)
}

// PauseAll implements control.Queue. It is remembered: starting the
// program again must not use a connection that somebody spares.
func (d *desk) PauseAll(ctx context.Context) error {
	if err := os.WriteFile(d.p.folders.paused(), nil, 0o600); err != nil {
		return notRemembered(err)
	}
	return d.p.engine.PauseAll(ctx)
}

// ResumeAll implements control.Queue.
func (d *desk) ResumeAll(ctx context.Context) error {
	if err := os.Remove(d.p.folders.paused()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notRemembered(err)
	}
	return d.p.engine.ResumeAll(ctx)
}

func notRemembered(err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "remember what is paused",
		Message: "The folder of the queue can't be written.", Err: err}
}

// isPaused reports whether all was paused, and not resumed since.
func isPaused(f folders) bool {
	_, err := os.Stat(f.paused())
	return err == nil
}
