package engine

import (
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"

	"github.com/artstore/ingester/core"
)

// First moves transfers to the head of the queue, in the order that they have
// among themselves. What is under way stays under way.
func (e *Engine) First(ctx context.Context, ids ...core.TransferID) error {
	return e.move(ctx, "move to the front", ids, true)
}

// Last moves transfers to the end of the queue, in the order that they have
// among themselves.
func (e *Engine) Last(ctx context.Context, ids ...core.TransferID) error {
	return e.move(ctx, "move to the end", ids, false)
}

// move gives transfers new positions, all in one commit, as half an order would
// be none.
func (e *Engine) move(ctx context.Context, op string, ids []core.TransferID, front bool) error {
	return e.do(ctx, op, func(x *tx) error {
		chosen := map[*item]bool{}
		for _, id := range ids {
			if it := e.items[id]; it != nil && !x.state(it).Done() {
				chosen[it] = true
			}
		}
		moved := slices.SortedFunc(maps.Keys(chosen), func(a, b *item) int { return cmp.Compare(x.seq(a), x.seq(b)) })
		next := e.lastSeq + 1
		if front {
			next = e.firstSeq - int64(len(moved))
		}
		for i, it := range moved {
			t := x.get(it)
			t.Seq = next + int64(i)
			if err := x.put(it, t); err != nil {
				return err
			}
		}
		x.after(func() {
			e.firstSeq = min(e.firstSeq, next)
			e.lastSeq = max(e.lastSeq, next+int64(len(moved))-1)
			e.unsorted = true
		})
		return nil
	})
}

// sort puts the lanes' queues in order after positions have changed.
func (e *Engine) sort() {
	if !e.unsorted {
		return
	}
	e.unsorted = false
	for _, l := range e.lanes {
		heap.Init(&l.small)
		heap.Init(&l.bulk)
	}
}
