package view

import (
	"context"
	"sync"
)

// Tasks owns every goroutine that the window starts for an action that may block. It
// belongs to the UI goroutine, apart from Show.
type Tasks struct {
	Ctx        context.Context
	stop       context.CancelFunc
	Goroutines sync.WaitGroup
	post       func(func()) // puts a function on the UI goroutine, never blocks
}

// NewTasks returns Tasks whose goroutines end with ctx. post puts a function on the
// UI goroutine and never blocks.
func NewTasks(ctx context.Context, post func(func())) *Tasks {
	ctx, stop := context.WithCancel(ctx)
	return &Tasks{Ctx: ctx, stop: stop, post: post}
}

// Run calls work on a new goroutine, and then what work returns on the UI goroutine,
// unless the window has closed.
func (t *Tasks) Run(work func(ctx context.Context) func()) {
	if t.Ctx.Err() != nil {
		return
	}
	t.Goroutines.Add(1)
	go func() {
		defer t.Goroutines.Done()
		if done := work(t.Ctx); done != nil {
			t.Show(done)
		}
	}()
}

// Show calls f on the UI goroutine, unless the window has closed. Any goroutine may
// call it.
func (t *Tasks) Show(f func()) {
	if t.Ctx.Err() != nil {
		return
	}
	t.post(func() {
		if t.Ctx.Err() == nil {
			f()
		}
	})
}

// Close cancels the context and waits for every goroutine.
func (t *Tasks) Close() {
	t.stop()
	t.Goroutines.Wait()
}
