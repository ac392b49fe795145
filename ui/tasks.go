package ui

import (
	"context"
	"sync"
)

// tasks owns every goroutine that the window starts for an action that may
// block. It belongs to the UI goroutine, apart from post.
type tasks struct {
	ctx  context.Context
	stop context.CancelFunc
	wg   sync.WaitGroup
	post func(func()) // puts a function on the UI goroutine, never blocks
}

func newTasks(ctx context.Context, post func(func())) *tasks {
	ctx, stop := context.WithCancel(ctx)
	return &tasks{ctx: ctx, stop: stop, post: post}
}

// run calls work on a goroutine of its own, and what work returns on the UI
// goroutine, unless the window has gone meanwhile.
func (t *tasks) run(work func(ctx context.Context) func()) {
	if t.ctx.Err() != nil {
		return
	}
	t.wg.Add(1)
	go func() {
		defer t.wg.Done()
		if done := work(t.ctx); done != nil {
			t.show(done)
		}
	}()
}

// show calls f on the UI goroutine while the window lives. It may be called
// from any goroutine.
func (t *tasks) show(f func()) {
	if t.ctx.Err() != nil {
		return
	}
	t.post(func() {
		if t.ctx.Err() == nil {
			f()
		}
	})
}

// close ends the context and waits for every goroutine.
func (t *tasks) close() {
	t.stop()
	t.wg.Wait()
}
