package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
)

// fill returns a lane with queued transfers of these sizes, in this order.
func fill(sizes ...int64) *lane {
	l := &lane{key: honoursYes}
	for i, size := range sizes {
		l.push(&item{packed: packed{seq: int64(i + 1), size: size}})
	}
	return l
}

// claimAll claims what there is room for and returns the positions in the queue.
func claimAll(l *lane) (seqs []int64, runs []*run) {
	for m := l.limits(); ; {
		it := l.pick(m)
		if it == nil {
			return seqs, runs
		}
		r := &run{lane: l, it: it, size: it.size}
		l.claim(r)
		seqs, runs = append(seqs, it.seq), append(runs, r)
	}
}

func sizes(n int, size int64) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = size
	}
	return list
}

func TestLaneLimits(t *testing.T) {
	const large, small, tiny = 10 << 20, 512 << 10, 4 << 10
	for _, tt := range []struct {
		name    string
		streams int
		fails   int
		sizes   []int64
		want    int
	}{
		{"large", 0, 0, sizes(100, large), bulkStreams},
		{"tiny, and as many ahead", 0, 0, sizes(100, tiny), 2 * smallStreams},
		{"small, by bytes", 0, 0, sizes(100, small), 16},
		{"large and tiny", 0, 0, append(sizes(20, large), sizes(100, tiny)...), 2 * smallStreams},
		{"a profile's own number, large", 20, 0, sizes(100, large), 20},
		{"a profile's own number, tiny", 1, 0, sizes(100, tiny), 2},
		{"a profile's own number, small", 3, 0, sizes(100, small), 3},
		{"a server that fails", 0, breakAfter, sizes(100, tiny), 1},
		{"few", 0, 0, sizes(3, tiny), 3},
	} {
		l := fill(tt.sizes...)
		l.endpoint.Streams, l.fails = tt.streams, tt.fails
		if got, _ := claimAll(l); len(got) != tt.want {
			t.Errorf("%s: %d at once, want %d", tt.name, len(got), tt.want)
		}
	}
}

// If the server is far away, many more small files are under way, unless the
// profile sets the number.
func TestLaneRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		roundTrip time.Duration
		streams   int
		want      int
	}{
		{0, 0, smallStreams},
		{core.LongRoundTrip, 0, smallStreams},
		{core.LongRoundTrip + 1, 0, longStreams},
		{time.Second, 8, 8},
	} {
		l := fill(sizes(500, 4<<10)...)
		l.endpoint.Streams = tt.streams
		l.timed(tt.roundTrip)
		if got, _ := claimAll(l); len(got) != 2*tt.want {
			t.Errorf("%v, %d: %d at once, want %d", tt.roundTrip, tt.streams, len(got), 2*tt.want)
		}
	}
}

// If the server is not known to refuse duplicates, nothing is claimed ahead: after
// a crash its outcome would be unknown.
func TestLaneWithoutKey(t *testing.T) {
	for _, key := range []honours{honoursUnknown, honoursNo} {
		l := fill(sizes(500, 4<<10)...)
		l.setKey(key)
		if got, _ := claimAll(l); len(got) != smallStreams {
			t.Errorf("%d at once", len(got))
		}
	}
	l := &lane{}
	if !l.askKey() || l.askKey() {
		t.Error("the server has to be asked once")
	}
	if l.lift(); !l.askKey() {
		t.Error("the server has to be asked again once someone has acted")
	}
	if l.learn(Endpoint{Destination: core.Destination{Server: "other"}}, time.Time{}); !l.askKey() {
		t.Error("another server has to be asked too")
	}
}

// As many files are claimed ahead as end between two commits.
func TestLaneAhead(t *testing.T) {
	l := fill(sizes(2000, 4<<10)...)
	for _, want := range []int{smallStreams, 4 * smallStreams, mostAhead, mostAhead} {
		if got := l.limits().ahead; got != want {
			t.Errorf("%d ahead, want %d", got, want)
		}
		_, runs := claimAll(l)
		l.ended = 0
		for _, r := range runs {
			l.release(r)
		}
	}
}

// Files are sent in queue order, except that small ones pass large ones which wait
// for other large ones.
func TestLaneOrder(t *testing.T) {
	const large, tiny = 10 << 20, 4 << 10
	l := fill(tiny, large, large, tiny, large, tiny)
	l.endpoint.Streams = 2
	first, runs := claimAll(l)
	if fmt.Sprint(first) != "[1 2]" { // 4 comes after 3, which waits for room
		t.Errorf("%v", first)
	}
	l.release(runs[0])
	l.release(runs[0]) // counted only once
	if next, _ := claimAll(l); fmt.Sprint(next) != "[3 4 6]" {
		t.Errorf("%v", next)
	}
	l = fill(append(sizes(bulkStreams+2, large), tiny)...)
	if got, _ := claimAll(l); got[len(got)-1] != bulkStreams+3 {
		t.Errorf("%v", got)
	}
}

// The engine as a whole keeps to the limits, and uses fewer workers as soon as the
// profile says so.
func TestStreams(t *testing.T) {
	for _, streams := range []int{1, 3, 0} {
		s := newServer()
		s.streams = streams
		gate := make(chan struct{})
		s.script = func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
			<-gate
			return true, nil
		}
		f := begin(t, s, newMemory())
		ids := f.submit(sources(100, 10)...)
		want := streams
		if want == 0 {
			want = smallStreams
		}
		f.await("uploads", func(map[core.TransferID]core.Transfer, core.Update) bool { return s.total() == want })
		close(gate)
		f.awaitState(core.StateStored, ids...)
		if s.most != want {
			t.Errorf("%d uploads at once, want %d", s.most, want)
		}
		if err := f.stop(); err != nil {
			t.Error(err)
		}
	}
}

// Neither the claim nor the result of a small file needs a commit of its own.
func TestGroupCommit(t *testing.T) {
	st := newMemory()
	f := begin(t, newServer(), st)
	if err := f.PauseAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	const n = 2000
	ids := f.submit(sources(n, 10)...)
	before := st.batches
	if err := f.ResumeAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	f.awaitState(core.StateStored, ids...)
	st.with(func(m *memory) {
		if commits := m.batches - before; commits > 2*n {
			t.Errorf("%d commits for %d files", commits, n)
		}
		for id, versions := range m.versions {
			if len(versions) != 3 { // queued, sending, stored
				t.Errorf("%s: %d states were written", id, len(versions))
			}
		}
	})
}

// counter is an Observer.
type counter struct {
	mu              sync.Mutex
	started         int
	stored, failed  int
	bytes, finished int64
	ended           map[core.State]int
}

func (c *counter) FileEnded(as core.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[core.State]int{}
	}
	c.ended[as]++
}

func (c *counter) UploadStarted() { c.mu.Lock(); c.started++; c.mu.Unlock() }
func (c *counter) BytesSent(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes += n
}

// However many profiles there are, no more files are under way than the engine may
// have, except that each profile may have one.
func TestRoomForAttempts(t *testing.T) {
	for _, room := range []int{1, 5, 40} {
		s := newServer()
		s.script = func(ctx context.Context, s *server, tr core.Transfer, n int, p core.Progress) (bool, error) {
			<-time.After(time.Second)
			return whole(ctx, s, tr, n, p)
		}
		synctest.Test(t, func(t *testing.T) {
			f := begin(t, s, newMemory(), func(c *Config) { c.Most = room })
			var ids []core.TransferID
			for _, profile := range []string{"One", "Two", "Three"} {
				o := options()
				o.Profile = profile
				var list []core.Source
				for i := range 40 {
					list = append(list, source(fmt.Sprint(profile, i), int64(100+i%2<<21)))
				}
				queued, err := f.Submit(t.Context(), list, o)
				must(t, err)
				ids = append(ids, queued.Queued...)
			}
			f.patience = time.Hour
			f.awaitState(core.StateStored, ids...)
			if s.most < room || s.most > room+2 {
				t.Errorf("%d at once, with room for %d", s.most, room)
			}
			_ = f.stop()
		})
	}
}
