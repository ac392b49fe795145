package sandbox

import (
	"context"
	"fmt"

	"github.com/artstore/ingester/core/smallfile"
)

// group is a number of rows that become durable together.
type group struct {
	rows []row
	done chan struct{} // closed when err is known
	err  error
}

// add makes rows durable. Rows that arrive while others are being written form a
// group and share its two fsyncs: the first caller writes for all of them. The end
// of ctx does not interrupt it.
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

// write closes the group, so that later rows form the next one, and commits it.
func (x *index) write(ctx context.Context, g *group) error {
	x.mu.Lock()
	x.gathering = nil
	broken := x.broken
	x.mu.Unlock()
	if broken != nil {
		return broken
	}
	// The contents are on the disk already, but not their names.
	err := smallfile.SyncDir(x.contents)
	if err == nil {
		err = x.commit(ctx, g.rows)
	}
	switch {
	case err == nil, isFull(err): // a full disk is no damage
		return err
	case isBusy(err):
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
	return x.breakWith(err)
}
