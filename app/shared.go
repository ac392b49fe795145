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
	"github.com/artstore/ingester/core/smallfile"
)

// sharedQueue lets other processes of this user work with the queue that this one
// owns. It is a control.Owner.
type sharedQueue struct {
	p       *program
	kind    control.Kind
	server  *control.Server
	serving errgroup.Group

	mu         sync.Mutex
	window     func(paths []string) // opens files in the window, nil until there is one
	waiting    []string             // files that the window is to open once it is there
	raise      bool                 // the window was asked for before it was there
	handOver   func()               // hands the queue over to a window, nil if it can't be
	handedOver bool
	files      int // submitted to this process, for the limit of its heap
}

var _ control.Owner = (*sharedQueue)(nil)

func newSharedQueue(p *program, kind control.Kind) *sharedQueue {
	return &sharedQueue{p: p, kind: kind, server: control.NewServer(control.Hello{Program: build().Version, Kind: kind, Process: os.Getpid()}, p.log)}
}

// listen lets other processes find this one. It works on without if that fails.
func (q *sharedQueue) listen(ctx context.Context) {
	l, err := control.Listen(ctx, q.p.folders.state, q.p.log)
	if err != nil {
		q.p.log.Warn("other processes can't work with this one's queue", "error", err)
		return
	}
	q.serving.Go(func() error {
		defer func() { _ = l.Close() }() // the server has ended
		return q.server.Serve(l)
	})
}

// begin lets other processes work with the queue.
func (q *sharedQueue) begin() { q.server.Begin(q) }

// close tells other processes that this one ends.
func (q *sharedQueue) close() error {
	q.mu.Lock()
	handedOver := q.handedOver
	q.mu.Unlock()
	q.server.End(handedOver)
	return errors.Join(q.server.Close(), q.serving.Wait())
}

// The size from which a command's heap is collected more often: what the program
// needs, and the transfers of its queue, which it needs to the end. Without a limit
// the heap would grow to twice what is in use.
const (
	heapLimit        = 24 << 20
	heapLimitPerFile = 1300
)

// raiseHeapLimit raises the limit of a command's heap for more files.
func (q *sharedQueue) raiseHeapLimit(files int) {
	if q.kind != control.Command || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.files += files
	debug.SetMemoryLimit(heapLimit + heapLimitPerFile*int64(q.files))
}

// onOpen registers the window: open opens the files that second starts pass on.
func (q *sharedQueue) onOpen(open func(paths []string)) {
	q.mu.Lock()
	q.window = open
	waiting, raise := q.waiting, q.raise
	q.waiting, q.raise = nil, false
	q.mu.Unlock()
	if raise {
		open(waiting)
	}
}

// onHandOver registers f, which is called when a window asks for the queue.
func (q *sharedQueue) onHandOver(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.handOver = f
}

// Open implements control.Owner.
func (q *sharedQueue) Open(paths []string) error {
	if q.kind != control.Window {
		return usageError("the process that has the queue is no window")
	}
	q.mu.Lock()
	open := q.window
	if open == nil {
		q.waiting, q.raise = append(q.waiting, paths...), true
	}
	q.mu.Unlock()
	if open != nil {
		open(paths)
	}
	return nil
}

// HandOver implements control.Owner.
func (q *sharedQueue) HandOver() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.handOver == nil {
		return errOwned()
	}
	q.handedOver = true
	q.handOver()
	return nil
}

// Attach implements control.Owner.
func (q *sharedQueue) Attach(ctx context.Context, t control.Terms) (control.Attached, error) {
	name, leave, err := q.p.conns.Admit(ctx, t)
	if err != nil {
		return nil, err
	}
	return &caller{Call: q.p.engine.Call(t.Profile.Name, name), queue: q, leave: leave}, nil
}

// caller is the call of another process. Its terms are dropped when it ends.
type caller struct {
	*engine.Call
	queue *sharedQueue
	leave func()
}

// Submit implements control.Call.
func (c *caller) Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	c.queue.raiseHeapLimit(len(sources))
	return c.Call.Submit(ctx, sources, o)
}

// Stop implements control.Call.
func (c *caller) Stop(ctx context.Context) error {
	defer c.leave()
	return c.Call.Stop(ctx)
}

// Leave implements control.Call.
func (c *caller) Leave(ctx context.Context) error {
	defer c.leave()
	return c.Call.Leave(ctx)
}

// Transfer implements control.Owner.
func (q *sharedQueue) Transfer(ctx context.Context, id core.TransferID) (core.Transfer, error) {
	found, err := q.p.store.Transfers(ctx, []core.TransferID{id})
	if err == nil && len(found) == 0 {
		err = usageError("there is no transfer %s", id)
	}
	if err != nil {
		return core.Transfer{}, err
	}
	return found[0], nil
}

// Transfers implements control.Queue.
func (q *sharedQueue) Transfers(ctx context.Context) (core.Snapshot, error) {
	select {
	case <-q.p.engine.Ready():
	case <-ctx.Done():
		return core.Snapshot{}, ctx.Err()
	}
	snapshot, feed := q.p.engine.Subscribe()
	feed.Close()
	return snapshot, nil
}

// Retry implements control.Queue.
func (q *sharedQueue) Retry(ctx context.Context, ids ...core.TransferID) error {
	return q.p.engine.Retry(ctx, ids...)
}

// Cancel implements control.Queue.
func (q *sharedQueue) Cancel(ctx context.Context, ids ...core.TransferID) error {
	return q.p.engine.Cancel(ctx, ids...)
}

// Remove implements control.Queue.
func (q *sharedQueue) Remove(ctx context.Context, ids ...core.TransferID) error {
	return q.p.engine.Remove(ctx, ids...)
}

// Take implements control.Queue.
func (q *sharedQueue) Take(ctx context.Context, ids ...core.TransferID) error {
	return q.p.engine.Take(ctx, ids...)
}

// PauseAll implements control.Queue.
func (q *sharedQueue) PauseAll(ctx context.Context) error {
	return q.pauseAll(ctx, q.p.engine.PauseAll)
}

// PauseAllAfter implements control.Queue.
func (q *sharedQueue) PauseAllAfter(ctx context.Context) error {
	return q.pauseAll(ctx, q.p.engine.PauseAllAfter)
}

// pauseAll pauses everything. It is remembered, so that the program sends nothing
// after a restart either: the user may pay for the connection.
func (q *sharedQueue) pauseAll(ctx context.Context, pause func(context.Context) error) error {
	if err := smallfile.Write(q.p.folders.paused(), nil, 0o600); err != nil {
		return notRemembered(err)
	}
	return pause(ctx)
}

// ResumeAll implements control.Queue.
func (q *sharedQueue) ResumeAll(ctx context.Context) error {
	if err := os.Remove(q.p.folders.paused()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notRemembered(err)
	}
	return q.p.engine.ResumeAll(ctx)
}

func notRemembered(err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "remember what is paused",
		Message: "The folder of the queue can't be written.", Err: err}
}

// isPaused reports whether everything was paused, and not resumed since.
func isPaused(f folders) bool {
	_, err := os.Stat(f.paused())
	return err == nil
}
