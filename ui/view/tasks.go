package view

import (
	"context"
	"sync"
)

// tasks owns every goroutine that the window starts for an action that may
// block. It belongs to the UI goroutine, apart from post.
type tasks struct {
	Ctx        context.Context
	stop       context.CancelFunc
	Goroutines sync.WaitGroup
	post       func(func()) // puts a function on the UI goroutine, never blocks
}

// NewTasks has no goroutine yet. What ends ctx ends them; post puts a function on
// the UI goroutine and never blocks.
func NewTasks(ctx context.Context, post func(func())) *tasks {
	ctx, stop := context.WithCancel(ctx)
	return &tasks{Ctx: ctx, stop: stop, post: post}
}

// Run calls work on a goroutine of its own, and what work returns on the UI
// goroutine, unless the window has gone meanwhile.
func (t *tasks) Run(work func(ctx context.Context) func()) {
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

// Show calls f on the UI goroutine while the window lives. It may be called
// from any goroutine.
func (t *tasks) Show(f func()) {
	if t.Ctx.Err() != nil {
		return
	}
	t.post(func() {
		if t.Ctx.Err() == nil {
			f()
		}
	})
}

// Close ends the context and waits for every goroutine.
func (t *tasks) Close() {
	t.stop()
	t.Goroutines.Wait()
}
