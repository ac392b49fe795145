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
	longStreams  = 100     // small files, if the server is far away
	smallBytes   = 8 << 20 // of small files in flight
	// tinySize is up to what size files are claimed ahead: a worker then finds
	// its next claim durable and doesn't wait for an fsync. At least one is
	// claimed ahead for each worker, more where files end faster than commits.
	tinySize  = 64 << 10
	mostAhead = gatherMost
)

// The circuit breaker: a server that fails again and again is left alone for a
// while, twice as long each time, then tried with one file.
const (
	breakAfter   = 5
	firstCooling = time.Second
	lastCooling  = 5 * time.Minute
)

// endpointAge is how long an endpoint is used before the profile is read again.
const endpointAge = 2 * time.Second

// lane is the queue of one profile and one destination. Its fields belong to the
// journal, those behind mu also to the workers.
type lane struct {
	laneKey
	number      int32              // 1…
	small, bulk seqHeap            // queued transfers
	held        map[*item]struct{} // wait for the profile to lead to the destination
	look        time.Time          // when the profile is looked at again, while it leads elsewhere
	doubts      map[*item]struct{} // the server is to be asked whether it has them
	inquiring   chan struct{}      // closed when the answer has come; nil: the server is not being asked

	claimed, claimedBulk int               // runs that have not ended
	claimedSmall         int64             // bytes
	flying               map[*run]struct{} // the large runs among them
	narrow               atomic.Bool       // more large files wait for the network to be known as quick enough
	ended                int               // tiny runs that ended since files were last claimed

	halt    *core.Error // why nothing is sent until someone acts
	ends    time.Time   // when the halt ends by itself, zero for never
	until   time.Time   // nothing is sent before
	why     *core.Error // nil for a mere moment, or once an attempt got further
	since   time.Time   // when why was first set
	fails   int         // attempts in a row that the server or the network failed
	cooling time.Duration
	broken  time.Time // when the breaker last opened
	// rejected is when the server refused a token, zero since it took one.
	rejected time.Time
	refusals refusals
	asking   bool // the profile's endpoint is being read
	pace     pace // after the server was busy

	mu       sync.Mutex
	endpoint Endpoint
	known    bool // endpoint has been read
	asked    time.Time
	backlog  []*run // claimed, not begun
	running  int    // workers
	most     int    // workers that the pace allows at once; 0: as many as the lane wants
	long     bool   // the round-trip time is long
	key      honours
	keyAsked bool
}

// lane returns the lane with a key, and makes it if there is none.
func (e *Engine) lane(w laneKey) *lane {
	l := e.lanes[w]
	if l == nil {
		e.numbered++
		l = &lane{laneKey: w, number: e.numbered, held: map[*item]struct{}{}, doubts: map[*item]struct{}{}}
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
	if l.key == honoursYes && l.most == 0 { // else a crash would leave too many files that may have been stored
		ahead = max(n, min(2*l.ended, mostAhead))
	}
	switch {
	case l.fails >= breakAfter:
		return limits{streams: 1, bulk: 1} // one file tells whether the server is well again
	case l.endpoint.Streams > 0:
		return limits{streams: n, bulk: n, ahead: ahead}
	}
	return limits{streams: n, bulk: min(bulkStreams, n), ahead: ahead}
}

// busy reports whether a run's result may wait a moment to be saved, because the
// workers have enough to do meanwhile.
func (l *lane) busy(r *run) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.size <= tinySize && len(l.backlog) >= l.running
}

// streams is how many attempts may run at once. The caller holds mu.
func (l *lane) streams() int {
	if n := l.wanted(); l.most == 0 || n < l.most {
		return n
	}
	return l.most
}

// wanted is how many attempts run at once if the server is not too busy. The
// caller holds mu.
func (l *lane) wanted() int {
	switch {
	case l.endpoint.Streams > 0:
		return l.endpoint.Streams
	case l.long:
		return longStreams
	}
	return smallStreams
}

// timed notes how far away the server is. If it is far, many requests have to be
// under way, or each waits for another's answer.
func (l *lane) timed(roundTrip time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.long = roundTrip > core.LongRoundTrip
}

// pick takes the next transfer that may start: the oldest, or the oldest small
// one while enough large ones are under way. It returns nil for none.
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
		return nil // the large file's turn comes first
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

// claim counts a run in the lane's limits; release undoes that.
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

// begin hands a claimed run to the workers. It reports whether that needs one
// more worker.
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

// next returns a worker's next run. nil ends the worker.
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

// drop takes from the workers those runs that match and have not begun.
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

// current returns the profile's endpoint, which it reads again now and then.
func (l *lane) current(ctx context.Context, from Uploaders, now time.Time) (Endpoint, error) {
	l.mu.Lock()
	found, fresh := l.endpoint, l.known && now.Sub(l.asked).Abs() < endpointAge
	l.asked = now // the other workers go on with what is known
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

// lookAgain makes the next attempt read the profile again.
func (l *lane) lookAgain() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known = false
}

// askKey reports whether the caller has to find out whether the server refuses
// duplicates by key. It tells one caller only.
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

// slow sends less at a time after the server was too busy for r. It reports
// whether that was news.
func (l *lane) slow(r *run, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.pace.slow(r.t.StartedAt, now, l.wanted()) {
		return false
	}
	l.most = l.pace.inFlight(l.wanted())
	return true
}

// well notes that an attempt which began at start has stored its file.
func (l *lane) well(start, now time.Time) {
	l.fails, l.cooling, l.rejected = 0, 0, time.Time{}
	l.recovered(now)
	l.refusals.stored(start)
	if l.pace.most.now == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace.grow(now, l.wanted())
	if l.most = 0; l.pace.most.now > 0 {
		l.most = l.pace.inFlight(l.wanted())
	}
}

// lift ends a halt and a wait. The profile is read again.
func (l *lane) lift() {
	l.halt, l.ends, l.until, l.why, l.fails, l.cooling = nil, time.Time{}, time.Time{}, nil, 0, 0
	l.refusals.files = nil
	l.pace.lift()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known, l.key, l.keyAsked, l.most = false, honoursUnknown, false, 0
}

// refusesFresh reports whether an attempt that began at start had a fresh token,
// fetched after the server had refused another.
func (l *lane) refusesFresh(start time.Time) bool {
	return !l.rejected.IsZero() && !start.Before(l.rejected)
}

// hold lets no attempt begin before until.
func (l *lane) hold(until time.Time) {
	if until.After(l.until) {
		l.until = until
	}
}
