package sandbox

import (
	"context"

	"github.com/artstore/ingester/core/smallfile"
)

// group is a number of files that become durable together.
type group struct {
	rows []row
	done chan struct{} // closed when err is known
	err  error
}

// add makes rows durable. Those that come while others are being written share
// the next two fsyncs: the first to come leads the group, writes for all of it
// and tells them. Once begun it is carried to its end, whatever becomes of ctx.
func (x *index) add(ctx context.Context, rows ...row) error {
	if len(rows) == 0 {
		return nil
	}
	x.mu.Lock()
	g := x.gathering
	leads := g == nil
	if leads {
		g = &group{done: make(chan struct{})}
		x.gathering = g
	}
	g.rows = append(g.rows, rows...)
	x.mu.Unlock()
	if leads {
		x.writing.Lock()
		g.err = x.write(context.WithoutCancel(ctx), g)
		x.writing.Unlock()
		close(g.done)
	}
	<-g.done
	return g.err
}

// write closes the group to latecomers and commits it.
func (x *index) write(ctx context.Context, g *group) error {
	x.mu.Lock()
	x.gathering = nil
	broken := x.broken
	x.mu.Unlock()
	if broken != nil {
		return broken
	}
	// The contents have been synced, but not yet their names.
	err := smallfile.SyncDir(x.contents)
	if err == nil {
		err = x.commit(ctx, g.rows)
	}
	if err == nil || isFull(err) { // a full disk is no damage
		return err
	}
	return x.breakWith(err)
}
