package engine

import (
	"container/heap"
	"time"
)

// seqHeap is a heap of transfers by their position in the queue.
type seqHeap []*item

func (h seqHeap) top() *item {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

// shift removes the first transfer and returns it.
func (h *seqHeap) shift() *item {
	it := heap.Pop(h).(*item)
	it.in = 0
	return it
}

func (h seqHeap) Len() int           { return len(h) }
func (h seqHeap) Less(i, j int) bool { return h[i].seq < h[j].seq }
func (h seqHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *seqHeap) Push(v any)        { *h = append(*h, v.(*item)) }
func (h *seqHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// due is a transfer that waits for a time.
type due struct {
	it *item
	at time.Time
}

// dueHeap is a heap by time.
type dueHeap []due

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(v any)        { *h = append(*h, v.(due)) }
func (h *dueHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = due{}
	*h = old[:len(old)-1]
	return last
}
