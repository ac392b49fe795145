package upload

import (
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// soak reports whether the long forms of the tests run: `make soak`.
func soak() bool { return os.Getenv("SOAK") != "" }

// seeded returns a source of randomness and logs its seed, which is SEED or a random one.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(coretest.Seed(t), 0))
}

// keyed is a server that honours the key and counts what it got and stored.
type keyed struct {
	mu     sync.Mutex
	bodies int            // complete bodies
	stored map[string]int // by key
	kept   map[string]stored
}

func (k *keyed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got := stored{fields: map[string]string{}}
	if err := got.read(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bodies++
	if _, known := k.kept[key]; !known {
		k.stored[key]++
		k.kept[key] = got
	}
	kept := k.kept[key]
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprint(w, receiptJSON(2, kept.name, kept.size, kept.sum))
}

// take returns how many complete bodies have come since the last call.
func (k *keyed) take() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := k.bodies
	k.bodies = 0
	return n
}

// Faults 23 and 24: the connection ends at one byte of an upload or of its answer, by a reset,
// normally or by silence. The attempt's reported outcome is never wrong, one attempt sends one
// body, and the next attempt with the same key stores the file once. Time is virtual.
//
// SOAK=1 adds a file of 10 MB, cut at each byte of its first and its last KiB and at 1,000
// bytes between.
func TestCutAtEachByte(t *testing.T) {
	random := seeded(t)
	s := newSweep(t)
	files := []struct {
		size    int
		step    int64
		between int
	}{{20 << 10, 256, 4}, {300 << 10, 256, 4}, {core.FinishThreshold + 100<<10, 256, 4}}
	if soak() {
		files = append(files, files[0])
		files[3].size, files[3].step, files[3].between = 10_000_000, 1, 1000
	}
	for _, file := range files {
		s.transfer, _ = newTransfer(t, "a.bin", file.size)
		s.transfer.Options.Retention = core.RetentionPermanent // which this server doesn't support
		for _, s.version = range []string{core.HTTP11, core.HTTP2} {
			sent, answered := s.measure(t)
			for how, name := range endings {
				t.Run(fmt.Sprintf("%d bytes, HTTP %s, %s", file.size, s.version, name), func(t *testing.T) {
					met := map[string]int{}
					for _, at := range places(random, sent, file.step, file.between) {
						met[s.run(t, cut{how: how, at: at})]++
					}
					for _, at := range places(random, answered, file.step, file.between) {
						met["answer: "+s.run(t, cut{how: how, at: at, answer: true})]++
					}
					t.Logf("%d bytes up, %d down: %v", sent, answered, met)
				})
			}
		}
	}
}

// places returns where to cut a stream of size bytes: every step bytes of the first and the
// last KiB, and at random between.
func places(random *rand.Rand, size, step int64, between int) (list []int64) {
	const edge = 1024
	for at := random.Int64N(step); at < min(edge, size); at += step {
		list = append(list, at)
	}
	for at := max(size-edge, edge) + random.Int64N(step); at < size; at += step {
		list = append(list, at)
	}
	if size > 2*edge {
		for range between {
			list = append(list, edge+random.Int64N(size-2*edge))
		}
	}
	return list
}

// sweep is the test of one file over one version of HTTP.
type sweep struct {
	server, client *tls.Config
	transfer       core.Transfer
	version        string
}

// newSweep makes the certificates outside the bubble, in whose time they would not be valid.
func newSweep(t *testing.T) sweep {
	now := time.Now()
	clock := func() time.Time { return now }
	ca := coretest.NewCA(t, "CA")
	s := sweep{server: ca.ServerConfig(t), client: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: ca.Pool(), Certificates: []tls.Certificate{ca.Client(t, "tester")}}}
	s.server.Time, s.client.Time = clock, clock
	return s
}

// try makes attempts with one client over n, in a bubble.
func (s *sweep) try(t *testing.T, n *network, server *keyed, attempts func(t *testing.T, c *Client)) {
	t.Helper()
	stop := n.serve(s.server, server)
	defer stop()
	c, err := New(Config{BaseURL: "https://127.0.0.1:1", Tokens: &coretest.Tokens{}, Streams: 1, HTTPVersion: s.version, dial: n.dial,
		TLS: s.client})
	if err != nil {
		t.Fatal(err)
	}
	attempts(t, c)
	_ = c.Close()
}

// measure returns how many bytes are sent in each direction if nothing is cut.
func (s *sweep) measure(t *testing.T) (sent, answered int64) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(s.version, cut{at: -1})
		server := newKeyed()
		s.try(t, n, server, func(t *testing.T, c *Client) {
			if _, err := c.Upload(t.Context(), s.transfer, &progress{}); err != nil {
				t.Fatal(err)
			}
		})
		sent, answered = n.carried[0].Load(), n.carried[1].Load()
	})
	return sent, answered
}

func newKeyed() *keyed { return &keyed{stored: map[string]int{}, kept: map[string]stored{}} }

// run cuts one upload, checks the result, and returns it.
func (s *sweep) run(t *testing.T, c cut) (became string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n, server, p := newNetwork(s.version, c), newKeyed(), &progress{}
		s.try(t, n, server, func(t *testing.T, client *Client) {
			receipt, err := client.Upload(t.Context(), s.transfer, p)
			synctest.Wait()
			became = s.judge(t, c, err, server.take(), p)
			if err != nil {
				if receipt, err = client.Upload(t.Context(), s.transfer, &progress{}); err != nil {
					t.Errorf("cut %+v, then the next attempt: %v", c, err)
				}
			}
			if d := receipt.Differs; err == nil && (len(d) != 1 || d[0].Field != core.FieldRetention || d[0].Got != "temporary") {
				t.Errorf("cut %+v: the server keeps it for a time, the receipt says %+v", c, receipt)
			}
		})
		if n := server.stored[string(s.transfer.ID)]; n != 1 {
			t.Errorf("cut %+v: stored %d times", c, n)
		}
	})
	return became
}

// judge compares an attempt's result with what the server got.
func (s *sweep) judge(t *testing.T, c cut, err error, bodies int, p *progress) string {
	t.Helper()
	if bodies > 1 {
		t.Errorf("cut %+v: one attempt, %d bodies", c, bodies)
	}
	if bodies == 1 && s.transfer.Source.Size > core.FinishThreshold && p.finished != 1 {
		t.Errorf("cut %+v: the server has it all before Finishing", c)
	}
	if err == nil {
		if bodies != 1 {
			t.Errorf("cut %+v: reported as stored with %d bodies", c, bodies)
		}
		return "stored"
	}
	e := core.AsError(err)
	if e.Kind != core.KindNetwork || e.Status != 0 {
		t.Errorf("cut %+v: %+v", c, e)
	}
	if bodies == 1 && e.Outcome != core.OutcomeUnknown {
		t.Errorf("cut %+v: the server has it, the attempt says outcome %d: %v", c, e.Outcome, e)
	}
	return map[core.Outcome]string{core.OutcomeNotProcessed: "not processed", core.OutcomeCutOff: "cut off", core.OutcomeUnknown: "unknown"}[e.Outcome]
}
