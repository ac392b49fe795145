package engine

import (
	"container/heap"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/artstore/ingester/core"
)

// How many files are in flight where the profile doesn't say.
const (
	smallSize    = 1 << 20 // files below are small
	bulkStreams  = 8
	smallStreams = 32
	longStreams  = 100     // small files, where the line is long
	smallBytes   = 8 << 20 // of small files in flight
	// tinySize is up to what size files are claimed ahead, so that a worker
	// finds its next one durable and doesn't wait for an fsync: at least one
	// for each, and more where they end faster than commits follow.
	tinySize  = 64 << 10
	mostAhead = gatherMost
)

// The breaker: a server that fails again and again is left alone for a while,
// twice as long each time, then tried with one file.
const (
	breakAfter   = 5
	firstCooling = time.Second
	lastCooling  = 5 * time.Minute
)

// endpointAge is how long what a profile says is believed.
const endpointAge = 2 * time.Second

// lane is what goes one way. Its fields belong to the journal, those behind mu
// also to the workers.
type lane struct {
	way
	number      int32              // 1…
	small, bulk seqHeap            // queued transfers
	held        map[*item]struct{} // wait for the profile to lead to the destination
	look        time.Time          // when to see whether it does, while it doesn't
	doubts      map[*item]struct{} // the server is to be asked whether it has them
	inquiring   chan struct{}      // it is being asked, until this is closed; nil: it is not

	claimed, claimedBulk int               // runs that have not ended
	claimedSmall         int64             // bytes
	flying               map[*run]struct{} // the large ones of them
	narrow               atomic.Bool       // more large files wait for the network to be known as quick enough
	ended                int               // tiny runs, since files were last claimed

	halt    *core.Error // why nothing is sent until someone acts
	ends    time.Time   // when the halt ends by itself, zero for never
	until   time.Time   // nothing is sent before
	why     *core.Error // if not merely for a moment; nil once a file was stored, or the like
	since   time.Time   // has there been a reason
	fails   int         // attempts in a row that the server or the network failed
	cooling time.Duration
	broken  time.Time // when the breaker last opened
	// rejected is when the server refused a token, zero since it took one.
	rejected time.Time
	refusals refusals
	asking   bool // the endpoint is being asked for
	pace     pace // after the server was busy

	mu       sync.Mutex
	endpoint Endpoint
	known    bool // endpoint was asked for
	asked    time.Time
	backlog  []*run // claimed, not begun
	running  int    // workers
	most     int    // of them at once, by the pace; 0: as many as the lane likes
	long     bool   // the round-trip time is
	key      honours
	keyAsked bool
}

// lane returns the lane of a way.
func (e *Engine) lane(w way) *lane {
	l := e.lanes[w]
	if l == nil {
		e.numbered++
		l = &lane{way: w, number: e.numbered, held: map[*item]struct{}{}, doubts: map[*item]struct{}{}}
		e.lanes[w] = l
		if until := e.loaded.Add(firstAdoptTime); e.cfg.Adopts && w.terms == "" && e.now().Before(until) {
			l.hold(until)
		}
	}
	return l
}

// push queues a transfer.
func (l *lane) push(it *item) {
	it.in = l.number
	if it.size < smallSize {
		heap.Push(&l.small, it)
	} else {
		heap.Push(&l.bulk, it)
	}
}

// limits are how many runs a lane may have.
type limits struct{ streams, bulk, ahead int }

func (l *lane) limits() limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.streams()
	ahead := 0
	if l.key == honoursYes && l.most == 0 { // else whatever a crash interrupts may have been stored
		ahead = max(n, min(2*l.ended, mostAhead))
	}
	switch {
	case l.fails >= breakAfter:
		return limits{streams: 1, bulk: 1} // to see whether it is well again
	case l.endpoint.Streams > 0:
		return limits{streams: n, bulk: n, ahead: ahead}
	}
	return limits{streams: n, bulk: min(bulkStreams, n), ahead: ahead}
}

// busy reports whether the result of a run may wait a moment to be saved: the
// workers have enough to do meanwhile.
func (l *lane) busy(r *run) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.size <= tinySize && len(l.backlog) >= l.running
}

// streams is how many attempts run at once at most. The caller holds mu.
func (l *lane) streams() int {
	if n := l.liked(); l.most == 0 || n < l.most {
		return n
	}
	return l.most
}

// liked is how many attempts run at once where the server takes as many. The
// caller holds mu.
func (l *lane) liked() int {
	switch {
	case l.endpoint.Streams > 0:
		return l.endpoint.Streams
	case l.long:
		return longStreams
	}
	return smallStreams
}

// timed learns how far away the server is: on a long line requests wait for
// each other's answers unless many are under way.
func (l *lane) timed(roundTrip time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.long = roundTrip > core.LongLine
}

// pick takes the next transfer that may start: the oldest, or the oldest small
// one while enough large ones are under way; nil for none.
func (l *lane) pick(m limits) *item {
	small, bulk := l.small.top(), l.bulk.top()
	free := l.claimed < m.streams
	room := bulk != nil && l.claimedBulk < m.bulk && l.inTime(bulk)
	switch {
	case room && free && (small == nil || bulk.seq < small.seq || !l.fits(small)):
		return l.bulk.shift()
	case small == nil || !l.fits(small):
		return nil
	case room && bulk.seq < small.seq:
		return nil // its turn comes first
	case free, small.size <= tinySize && l.claimed < m.streams+m.ahead:
		return l.small.shift()
	}
	return nil
}

func (l *lane) fits(small *item) bool {
	switch all := l.claimedSmall + small.size; {
	case l.claimedSmall == 0:
		return true
	case small.size <= tinySize:
		return all <= smallBytes
	default:
		return all <= min(smallBytes, l.budget(small.size))
	}
}

// claim counts a run, release no longer does.
func (l *lane) claim(r *run) {
	l.claimed++
	if r.size < smallSize {
		l.claimedSmall += r.size
	} else {
		l.claimedBulk++
		if l.flying == nil {
			l.flying = map[*run]struct{}{}
		}
		l.flying[r] = struct{}{}
	}
}

func (l *lane) release(r *run) {
	if r.released {
		return
	}
	r.released = true
	l.claimed--
	if r.size <= tinySize {
		l.ended++
	}
	if r.size < smallSize {
		l.claimedSmall -= r.size
	} else {
		l.claimedBulk--
		delete(l.flying, r)
	}
}

// begin hands a claimed run to the workers. It reports whether one more worker
// is needed for it.
func (l *lane) begin(r *run) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.backlog = append(l.backlog, r)
	if l.running >= l.streams() {
		return false
	}
	l.running++
	return true
}

// next is a worker's next run; nil ends the worker.
func (l *lane) next() *run {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.backlog) == 0 || l.running > l.streams() {
		l.running--
		return nil
	}
	r := l.backlog[0]
	l.backlog = l.backlog[1:]
	return r
}

// drop takes runs that have not begun from the workers: those that match.
func (l *lane) drop(match func(*run) bool) []*run {
	l.mu.Lock()
	defer l.mu.Unlock()
	var kept, dropped []*run
	for _, r := range l.backlog {
		if match(r) {
			dropped = append(dropped, r)
		} else {
			kept = append(kept, r)
		}
	}
	l.backlog = kept
	return dropped
}

// current returns the profile's endpoint, asked for anew now and then.
func (l *lane) current(ctx context.Context, from Uploaders, now time.Time) (Endpoint, error) {
	l.mu.Lock()
	found, fresh := l.endpoint, l.known && now.Sub(l.asked).Abs() < endpointAge
	l.asked = now // the others go on with what is known
	l.mu.Unlock()
	if fresh {
		return found, nil
	}
	found, err := from.Endpoint(ctx, l.route())
	if err == nil {
		l.learn(found, now)
	}
	return found, err
}

func (l *lane) learn(found Endpoint, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found.Destination != l.endpoint.Destination {
		l.key, l.keyAsked = honoursUnknown, false
	}
	l.endpoint, l.known, l.asked = found, true, now
}

// doubt has the profile looked at again.
func (l *lane) doubt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = false
}

// askKey reports whether the caller is to find out whether the server refuses
// duplicates by key.
func (l *lane) askKey() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	first := !l.keyAsked
	l.keyAsked = true
	return first
}

func (l *lane) setKey(h honours) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.key = h
}

// slow has less sent at a time after a refusal of r. It reports whether it
// says anything new.
func (l *lane) slow(r *run, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.pace.slow(r.t.StartedAt, now, l.liked()) {
		return false
	}
	l.most = l.pace.inFlight(l.liked())
	return true
}

// well learns at now that a file was stored by an attempt that began at start.
func (l *lane) well(start, now time.Time) {
	l.fails, l.cooling, l.rejected = 0, 0, time.Time{}
	l.relieve(now)
	l.refusals.stored(start)
	if l.pace.most.now == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace.grow(now, l.liked())
	if l.most = 0; l.pace.most.now > 0 {
		l.most = l.pace.inFlight(l.liked())
	}
}

// lift ends a halt and a wait, and has the profile looked at anew.
func (l *lane) lift() {
	l.halt, l.ends, l.until, l.why, l.fails, l.cooling = nil, time.Time{}, time.Time{}, nil, 0, 0
	l.refusals.files = nil
	l.pace.lift()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known, l.key, l.keyAsked, l.most = false, honoursUnknown, false, 0
}

// refusesFresh reports whether an attempt that began at start had a token that
// was fetched because the server had refused another.
func (l *lane) refusesFresh(start time.Time) bool {
	return !l.rejected.IsZero() && !start.Before(l.rejected)
}

// hold lets nothing begin before until.
func (l *lane) hold(until time.Time) {
	if until.After(l.until) {
		l.until = until
	}
}

// seqHeap is a heap of transfers by their place in the queue.
type seqHeap []*item

func (h seqHeap) top() *item {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

// shift takes the first of all.
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
