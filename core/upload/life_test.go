package upload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/store"
)

// minting is a token source whose tokens have a given lifetime and say when they expire. Like
// the real one, it requests at most one in ten seconds.
type minting struct {
	life time.Duration

	mu      sync.Mutex
	now     core.Token
	minted  time.Time
	fetches int
}

func (m *minting) Token(ctx context.Context) (core.Token, error) { return m.TokenFor(ctx, 0) }

func (m *minting) TokenFor(_ context.Context, d time.Duration) (core.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	left := time.Until(m.now.Expiry)
	if left <= 0 || left < max(d, min(m.life/2, 5*time.Minute)) && time.Since(m.minted) >= 10*time.Second {
		m.fetches++
		m.minted = time.Now()
		expiry := m.minted.Add(m.life)
		m.now = core.Token{Value: core.NewSecret(expiry.Format(time.RFC3339Nano)), Expiry: expiry.Round(0), Life: m.life}
	}
	return m.now, nil
}

func (m *minting) Invalidate(t core.Token) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now.Value.Reveal() == t.Value.Reveal() {
		m.now = core.Token{}
	}
}

// formFirst is a server that stores files in memory. It checks the token after reading the
// form to its end, as FastAPI does, or before.
type formFirst struct {
	tokenFirst bool

	mu     sync.Mutex
	stored map[string]int // count by key
	bodies map[string]int // complete bodies by key
	most   int            // most requests at once
	active int
}

func (f *formFirst) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/v1/files/upload":
		f.upload(w, r)
	case "/health/ready":
		_, _ = io.WriteString(w, `{"status":"ok"}`)
	default:
		http.NotFound(w, r)
	}
}

func (f *formFirst) upload(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.active++
	f.most = max(f.most, f.active)
	f.mu.Unlock()
	defer func() { f.mu.Lock(); f.active--; f.mu.Unlock() }()
	if f.tokenFirst && !f.allows(w, r) {
		return
	}
	got := stored{fields: map[string]string{}}
	if err := got.read(r); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	f.mu.Lock()
	f.bodies[key]++
	f.mu.Unlock()
	if !f.tokenFirst && !f.allows(w, r) {
		return
	}
	f.mu.Lock()
	f.stored[key]++
	f.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, receiptJSON(1, got.name, got.size, got.sum))
}

func (f *formFirst) allows(w http.ResponseWriter, r *http.Request) bool {
	expiry, err := time.Parse(time.RFC3339Nano, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err == nil && time.Now().Before(expiry) {
		return true
	}
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, `{"detail":"Token has expired"}`)
	return false
}

// sharing makes the connections of dial share a network with a limited speed.
func sharing(limit *rate.Limiter, dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &shared{conn, limit}, err
	}
}

type shared struct {
	net.Conn
	limit *rate.Limiter
}

// Write implements net.Conn.
func (s *shared) Write(p []byte) (int, error) {
	n := 0
	for len(p) > 0 {
		next := p[:min(len(p), s.limit.Burst())]
		if err := s.limit.WaitN(context.Background(), len(next)); err != nil {
			return n, err
		}
		wrote, err := s.Conn.Write(next)
		n += wrote
		if err != nil {
			return n, err
		}
		p = p[wrote:]
	}
	return n, nil
}

// oneServer implements the engine's Uploaders with one client for all profiles.
type oneServer struct{ client *Client }

var _ engine.Uploaders = oneServer{}

func (o oneServer) Endpoint(context.Context, engine.Route) (engine.Endpoint, error) {
	return engine.Endpoint{Destination: core.Destination{Server: "http://127.0.0.1:1", Account: "sa"},
		Budget: func(int64) int64 { return o.client.Budget() }}, nil
}

func (o oneServer) Uploader(context.Context, engine.Route, core.Destination) (engine.Uploader, error) {
	return whole1{o.client}, nil
}

// whole1 adapts a client of multipart uploads to the engine.
type whole1 struct{ *Client }

func (w whole1) HonoursKey(context.Context, core.Transfer) (bool, error) { return false, nil }
func (w whole1) Terminate(context.Context, core.Transfer) error          { return nil }

var errWaiting = errors.New("not all of them have ended")

// sendAll sends the files over a network of perSecond bytes a second, and returns what
// happened to them.
func sendAll(t *testing.T, server *formFirst, tokens *minting, perSecond float64, list []core.Source) (found map[core.TransferID]core.Transfer, halted *core.Error) {
	t.Helper()
	return sendOver(t, server, tokens, rate.NewLimiter(rate.Limit(perSecond), 16<<10), list)
}

// sendOver is sendAll over a network whose speed may change.
func sendOver(t *testing.T, server *formFirst, tokens *minting, limit *rate.Limiter, list []core.Source) (found map[core.TransferID]core.Transfer, halted *core.Error) {
	t.Helper()
	server.stored, server.bodies = map[string]int{}, map[string]int{}
	pipes := coretest.NewPipes()
	h := &http.Server{Handler: server, ErrorLog: log.New(io.Discard, "", 0), IdleTimeout: 5 * time.Second}
	var all sync.WaitGroup
	all.Go(func() { _ = h.Serve(pipes) })
	c := newTestClient(t, "http://127.0.0.1:1", nil, func(cfg *Config) {
		cfg.Streams, cfg.Tokens = 0, tokens
		cfg.dial = sharing(limit, pipes.Dial)
	})
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "queue.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	e := engine.New(engine.Config{Store: st, Uploaders: oneServer{c}, Rand: func() float64 { return 0.5 }})
	ctx, stop := context.WithCancel(t.Context())
	all.Go(func() { _ = e.Run(ctx) })
	<-e.Ready()
	if _, err := e.Submit(ctx, list, core.Options{Profile: "P", Retention: core.RetentionTemporary, TTLDays: 30}); err != nil {
		t.Fatal(err)
	}
	snapshot, feed := e.Subscribe()
	found = map[core.TransferID]core.Transfer{}
	for _, tr := range snapshot.Transfers {
		found[tr.ID] = tr
	}
	patience, end := context.WithTimeout(ctx, 12*time.Hour)
	defer end()
	for ended(found) != nil && halted == nil {
		u, err := feed.Next(patience)
		if err != nil {
			t.Errorf("%v: %v", err, ended(found))
			break
		}
		for _, tr := range u.Changed {
			found[tr.ID] = tr
		}
		halted = u.Halt
	}
	feed.Close()
	stop()
	_ = c.Close()
	_ = h.Close()
	all.Wait()
	_ = st.Close()
	return found, halted
}

func ended(found map[core.TransferID]core.Transfer) error {
	for _, tr := range found {
		if !tr.State.Done() {
			return fmt.Errorf("%w: %s is %s", errWaiting, tr.Source.Name, tr.State)
		}
	}
	return nil
}

// sparseFiles makes n sparse files of size bytes.
func sparseFiles(t *testing.T, n int, size int64) []core.Source {
	t.Helper()
	list := make([]core.Source, n)
	for i := range list {
		list[i] = sparse(t, size).Source
		list[i].Name = fmt.Sprintf("file-%03d.tif", i)
	}
	return list
}

// Tokens live for a minute, the network carries 300 KiB a second, and the server reads the
// form first: a hundred files of 2 MiB, twelve minutes' work, are stored once each, nearly
// always at the first attempt.
func TestSlowNetworkShortTokens(t *testing.T) {
	list := sparseFiles(t, 100, 2<<20)
	synctest.Test(t, func(t *testing.T) {
		server, tokens := &formFirst{}, &minting{life: time.Minute}
		began := time.Now()
		found, halted := sendAll(t, server, tokens, 300<<10, list)
		took := time.Since(began)
		bodies := 0
		for id, tr := range found {
			bodies += server.bodies[string(id)]
			if tr.State != core.StateStored || server.stored[string(id)] != 1 {
				t.Errorf("%s is %s, stored %d times: %v", tr.Source.Name, tr.State, server.stored[string(id)], tr.Error)
			}
		}
		t.Logf("%v, %d bodies, %d tokens, %d at once", took, bodies, tokens.fetches, server.most)
		if halted != nil || bodies > 102 || tokens.fetches > 80 || took > 14*time.Minute {
			t.Errorf("halt %v, %d bodies, %d tokens, %v", halted, bodies, tokens.fetches, took)
		}
	})
}

// Eight of these files at once would take longer than their tokens live. They are sent one at
// a time from the first one on, each with a token that lives long enough, although the cached
// one is not due for replacement yet.
func TestSlowNetworkLargerFiles(t *testing.T) {
	for _, tt := range []struct {
		life      time.Duration
		perSecond float64
		list      []core.Source
	}{
		{time.Minute, 300 << 10, sparseFiles(t, 20, 6<<20)},
		{30 * time.Minute, 30 << 10, sparseFiles(t, 8, 20<<20)},
	} {
		t.Run(tt.life.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, tokens := &formFirst{}, &minting{life: tt.life}
				found, halted := sendAll(t, server, tokens, tt.perSecond, tt.list)
				for id, tr := range found {
					if tr.State != core.StateStored || server.bodies[string(id)] != 1 {
						t.Errorf("%s is %s after %d bodies: %v", tr.Source.Name, tr.State, server.bodies[string(id)], tr.Error)
					}
				}
				if halted != nil || tokens.fetches > len(tt.list) {
					t.Errorf("halt %v, %d tokens", halted, tokens.fetches)
				}
			})
		})
	}
}

// A file that takes longer than a token lives is sent all the same, as a server that checks
// the token first stores it. Another server is sent it three times; then it has failed, with
// an error that tells both times, and the other files go on.
func TestFileThatOutlastsItsToken(t *testing.T) {
	list := append(sparseFiles(t, 12, 2<<20), sparse(t, 40<<20).Source)
	for _, tokenFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("token first ", tokenFirst), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, tokens := &formFirst{tokenFirst: tokenFirst}, &minting{life: time.Minute}
				found, halted := sendAll(t, server, tokens, 300<<10, list)
				if halted != nil {
					t.Errorf("the queue stands still: %v", halted)
				}
				for id, tr := range found {
					bodies, large := server.bodies[string(id)], tr.Source.Size > 2<<20
					switch {
					case large && !tokenFirst:
						if tr.State != core.StateFailed || tr.Error.Code != core.CodeTokenExpired || bodies != 3 || server.stored[string(id)] != 0 ||
							!strings.Contains(tr.Error.Message, "live 60 seconds") || !strings.Contains(tr.Error.Message, "takes 2 minutes") {
							t.Errorf("%s, %d bodies: %v", tr.State, bodies, tr.Error)
						}
					case tr.State != core.StateStored || server.stored[string(id)] != 1 || large && bodies != 1:
						t.Errorf("%s is %s after %d bodies: %v", tr.Source.Name, tr.State, bodies, tr.Error)
					}
				}
			})
		})
	}
}

// If the network becomes four times slower in the middle of the work, some files need a second
// attempt, but all are stored.
func TestNetworkBecomesSlower(t *testing.T) {
	list := sparseFiles(t, 40, 2<<20)
	synctest.Test(t, func(t *testing.T) {
		server, tokens := &formFirst{}, &minting{life: time.Minute}
		limit := rate.NewLimiter(1<<20, 16<<10)
		time.AfterFunc(30*time.Second, func() { limit.SetLimit(128 << 10) })
		found, halted := sendOver(t, server, tokens, limit, list)
		bodies := 0
		for id, tr := range found {
			bodies += server.bodies[string(id)]
			if tr.State != core.StateStored || server.stored[string(id)] != 1 {
				t.Errorf("%s is %s: %v", tr.Source.Name, tr.State, tr.Error)
			}
		}
		t.Logf("%d bodies, %d tokens", bodies, tokens.fetches)
		if halted != nil || bodies > 60 {
			t.Errorf("halt %v, %d bodies", halted, bodies)
		}
	})
}

// Over a fast network the number of files in flight is not reduced.
func TestQuickNetworkIsUsed(t *testing.T) {
	list := sparseFiles(t, 40, 4<<20)
	synctest.Test(t, func(t *testing.T) {
		server, tokens := &formFirst{}, &minting{life: 30 * time.Minute}
		found, _ := sendAll(t, server, tokens, 10<<20, list)
		for _, tr := range found {
			if tr.State != core.StateStored {
				t.Errorf("%s is %s: %v", tr.Source.Name, tr.State, tr.Error)
			}
		}
		if server.most != 8 || tokens.fetches != 1 {
			t.Errorf("%d at once, %d tokens", server.most, tokens.fetches)
		}
	})
}

// A server that has accepted a token which expired during the body checks tokens first: from
// then on the number of files in flight is not reduced.
func TestServerThatLooksAtTokensFirst(t *testing.T) {
	list := sparseFiles(t, 20, 24<<20)
	synctest.Test(t, func(t *testing.T) {
		server, tokens := &formFirst{tokenFirst: true}, &minting{life: time.Minute}
		found, _ := sendAll(t, server, tokens, 300<<10, list)
		for id, tr := range found {
			if tr.State != core.StateStored || server.bodies[string(id)] != 1 {
				t.Errorf("%s is %s after %d bodies: %v", tr.Source.Name, tr.State, server.bodies[string(id)], tr.Error)
			}
		}
		if server.most != 8 {
			t.Errorf("%d at once", server.most)
		}
	})
}
