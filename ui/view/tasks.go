package view

import (
	"context"
	"sync"
)

// Tasks owns every goroutine that the window starts for an action that may block. It
// belongs to the UI goroutine, apart from Post.
type Tasks struct {
	Context    context.Context
	stop       context.CancelFunc
	goroutines sync.WaitGroup
	post       func(func()) // puts a function on the UI goroutine, never blocks
}

// NewTasks returns Tasks whose goroutines end with ctx. post puts a function on the
// UI goroutine and never blocks.
func NewTasks(ctx context.Context, post func(func())) *Tasks {
	ctx, stop := context.WithCancel(ctx)
	return &Tasks{Context: ctx, stop: stop, post: post}
}

// Run calls work on a new goroutine, and then what work returns on the UI goroutine,
// unless the window has closed.
func (t *Tasks) Run(work func(ctx context.Context) func()) {
	if t.Context.Err() != nil {
		return
	}
	t.goroutines.Add(1)
	go func() {
		defer t.goroutines.Done()
		if done := work(t.Context); done != nil {
			t.Post(done)
		}
	}()
}

// Post calls f on the UI goroutine, unless the window has closed. Any goroutine may
// call it.
func (t *Tasks) Post(f func()) {
	if t.Context.Err() != nil {
		return
	}
	t.post(func() {
		if t.Context.Err() == nil {
			f()
		}
	})
}

// Close cancels the context and waits for every goroutine.
func (t *Tasks) Close() {
	t.stop()
	t.Wait()
}

// Wait waits until no goroutine is running.
func (t *Tasks) Wait() { t.goroutines.Wait() }
