package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// step is one thing that the user or the outside world does.
type step struct {
	Verb string
	Who  []int // of the transfers queued so far
	Wait time.Duration
}

var verbs = []string{"submit", "pause", "resume", "retry", "ask", "take", "cancel", "remove", "undo", "pause after", "pause all", "pause all after", "resume all", "wait", "restart", "crash", "full disk", "switch", "switch and tell", "redirect", "deaf", "hears", "lists", "lists not", "folder goes", "folder comes", "call", "leave", "stop", "profile goes", "profile comes"}

// model is a queue under test. A watcher checks everything that is shown.
type model struct {
	*fixture
	st      *memory
	ids     []core.TransferID
	removed map[core.TransferID]bool
	retried map[core.TransferID]bool // the user has accepted duplicates
	moved   map[core.TransferID]bool // the user has redirected it
	goal    map[core.TransferID]core.Destination
	watched chan struct{}
	wrong   []string // guarded by server.mu
	seen    int      // values seen by the watcher
	clock   *clock
	most    int // attempts at once
	grace   time.Duration
	guest   *Call
}

func (m *model) complain(format string, args ...any) {
	m.server.with(func(*server) { m.wrong = append(m.wrong, fmt.Sprintf(format, args...)) })
}

// start runs an engine on the store.
func (m *model) start(t *testing.T) {
	m.fixture = begin(t, m.server, m.st, func(c *Config) { c.Reach, c.Now, c.Most, c.Grace = m.server.reach, m.clock.now, m.most, m.grace })
	m.guest = nil
	_, feed := m.Subscribe()
	m.watched = make(chan struct{})
	go func() {
		defer close(m.watched)
		for {
			u, err := feed.Next(context.Background())
			if errors.Is(err, io.EOF) {
				return
			}
			for _, shown := range u.Changed {
				m.seen++
				m.checkDurable(shown)
			}
		}
	}()
}

// checkDurable checks that what is shown was durable before.
func (m *model) checkDurable(shown core.Transfer) {
	shown.Sent = 0
	m.st.with(func(st *memory) {
		for _, v := range st.versions[shown.ID] {
			if reflect.DeepEqual(v, shown) {
				return
			}
		}
		m.complain("%s was shown as %s, and never durable so", shown.ID, shown.State)
	})
}

func (m *model) finish() {
	_ = m.stop()
	<-m.watched
}

func (m *model) do(t *testing.T, s step) {
	ctx := context.Background()
	var ids []core.TransferID
	for _, i := range s.Who {
		if len(m.ids) > 0 {
			ids = append(ids, m.ids[i%len(m.ids)])
		}
	}
	var err error
	if m.server.lacks(testProfile) && (s.Verb == "submit" || s.Verb == "redirect") {
		return // it is refused with an error
	}
	switch s.Verb {
	case "submit":
		size := int64(100)
		if len(m.ids)%2 == 1 {
			size = 2 << 20
		}
		for _, id := range m.submit(source(fmt.Sprint(len(m.ids)%2, "/file ", len(m.ids)), size)) {
			m.ids, m.goal[id] = append(m.ids, id), m.get(id).Destination()
		}
	case "pause":
		err = m.Pause(ctx, ids...)
	case "resume":
		err = m.Resume(ctx, ids...)
	case "retry":
		for _, id := range ids {
			m.retried[id] = true
		}
		err = m.Retry(ctx, ids...)
	case "ask":
		err = m.Ask(ctx, ids...)
	case "take":
		err = m.Take(ctx, ids...)
	case "pause after":
		err = m.PauseAfter(ctx, ids...)
	case "pause all after":
		err = m.PauseAllAfter(ctx)
	case "cancel":
		err = m.Cancel(ctx, ids...)
	case "remove":
		for _, id := range ids {
			m.removed[id] = true
		}
		err = m.Remove(ctx, ids...)
	case "undo":
		err = m.Undo(ctx, ids...)
	case "pause all":
		err = m.PauseAll(ctx)
	case "resume all":
		err = m.ResumeAll(ctx)
	case "switch": // the profile leads to the other of two servers
		m.server.lead(m.other())
	case "switch and tell":
		m.server.lead(m.other())
		err = m.Lift(ctx)
	case "redirect":
		for _, id := range ids {
			m.moved[id] = true
		}
		err = m.Redirect(ctx, testProfile, ids...)
	case "deaf", "hears": // questions don't reach it for a while
		deaf := s.Verb == "deaf"
		m.server.with(func(s *server) {
			if s.askErr = nil; deaf {
				s.askErr = failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
			}
		})
	case "lists", "lists not": // an account is given the right to read, and loses it
		m.server.with(func(server *server) { server.catalog.lists = s.Verb == "lists" })
	case "folder goes", "folder comes":
		m.server.with(func(srv *server) { srv.gone[fmt.Sprint("/files/", s.Who[0]%2)] = s.Verb == "folder goes" })
	case "call": // a caller takes over what there is, by its own terms
		if m.guest != nil {
			break
		}
		m.guest = m.Call(testProfile, fmt.Sprint("terms ", s.Who[0]))
		_, err = m.guest.Adopt(ctx, ids)
	case "leave", "stop":
		if m.guest == nil {
			break
		}
		if s.Verb == "leave" {
			err = m.guest.Leave(ctx)
		} else {
			err = m.guest.Stop(ctx)
		}
		m.guest = nil
	case "profile goes", "profile comes":
		m.server.with(func(server *server) {
			if delete(server.profiles, testProfile); s.Verb == "profile goes" {
				server.profiles[testProfile] = failure(core.KindConfig, core.CodeProfileNotFound, core.OutcomeNotProcessed)
			}
		})
		err = m.Lift(ctx)
	case "wait":
		<-time.After(s.Wait)
	case "restart":
		m.finish()
		m.start(t)
	case "crash", "full disk":
		m.st.with(func(st *memory) { st.refuse = full })
		<-time.After(s.Wait)
		if s.Verb == "crash" {
			m.finish()
		}
		m.st.with(func(st *memory) { st.refuse = nil })
		if s.Verb == "crash" {
			m.start(t)
		}
	}
	if err != nil {
		m.complain("%s: %v", s.Verb, err)
	}
}

// check checks the final state.
func (m *model) check() {
	snapshot, feed := m.Subscribe()
	defer feed.Close()
	listed := map[core.TransferID]core.Transfer{}
	for _, t := range snapshot.Transfers {
		listed[t.ID] = t
	}
	for _, id := range m.ids {
		t, ok := listed[id]
		row := m.st.rows[id]
		commits := m.server.committed(id)
		switch {
		case !ok && !m.removed[id] && !row.State.InHistory(): // the history's leave the list at a restart
			m.complain("%s is lost", id)
		case ok && !t.State.Done() && t.State != core.StatePaused:
			m.complain("%s is still %s", id, t.State)
		case ok && t.State == core.StateStored && (commits == 0 && !m.server.catalog.lists || t.Receipt == nil):
			m.complain("%s is shown as stored, and is not", id)
		case ok && t.State == core.StateFailed && t.Error.Kind == core.KindFile:
			m.complain("%s failed because its folder was away", id)
		case ok && t.State == core.StateFailed && commits > 0 && !m.retried[id] && t.Resume == "": // its note shows it stored
			m.complain("%s is shown as failed, and the server has it", id)
		case ok && t.State == core.StateCancelled && t.Resume != "":
			m.complain("%s is cancelled, and its upload is kept", id)
		case !m.arrived(id):
			m.complain("%s, for %v, arrived at %v", id, m.goal[id], m.server.went(id))
		case commits > 1 && (m.server.honours || !m.retried[id]):
			m.complain("%s is stored %d times", id, commits)
		}
		if ok && !reflect.DeepEqual(row, withoutSent(t)) {
			m.complain("%s is shown as %+v, the store has %+v", id, t, row)
		}
		for i, a := range m.st.rowsOf(id) {
			if a.Number > row.Attempts && row.ID != "" {
				m.complain("%s has an attempt %d too many: %+v", id, i, a)
			}
		}
	}
}

// arrived reports whether a transfer, by its server's account, came only to the
// destination that it was accepted for or that the user chose.
func (m *model) arrived(id core.TransferID) bool {
	went := m.server.went(id)
	if m.moved[id] {
		return !m.server.spread[id] || m.retried[id] // what one server may have is not sent to the other
	}
	return len(went) == 0 || slices.Equal(went, []core.Destination{m.goal[id]})
}

// other returns the destination to which the profile does not lead.
func (m *model) other() core.Destination {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	if m.server.endpoint().Destination == here {
		return there
	}
	return here
}

func withoutSent(t core.Transfer) core.Transfer { t.Sent = 0; return t }

// The state machine under random verbs, outcomes, restarts, crashes, full disks,
// folders that come and go, and a profile that switches between two servers.
// Every transition is legal, everything is durable before it is shown, no transfer
// is lost, none is stored twice unnoticed, and none goes to a server that it was
// not accepted for. Fault 51; -rapid.checks sets how long it runs.
func TestModel(t *testing.T) {
	taken, seen := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) step {
			return step{
				Verb: rapid.SampledFrom(verbs).Draw(rt, "verb"),
				Who:  rapid.SliceOfN(rapid.IntRange(0, 9), 1, 4).Draw(rt, "who"),
				Wait: time.Duration(rapid.IntRange(0, 100_000).Draw(rt, "ms")) * time.Millisecond,
			}
		}), 1, 60).Draw(rt, "steps")
		world := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) fate {
			return fate(rapid.IntRange(0, int(fates)-1).Draw(rt, "fate"))
		}), 0, 40).Draw(rt, "fates")
		honours := rapid.Bool().Draw(rt, "key honoured")
		lists := rapid.Bool().Draw(rt, "lists its files")
		own := rapid.Bool().Draw(rt, "lists its own")
		lag := time.Duration(rapid.SampledFrom([]int{0, 0, 1, 100, 1000}).Draw(rt, "seconds late")) * time.Second
		differs := rapid.Bool().Draw(rt, "differs")
		most := rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "descriptors for")
		grace := time.Duration(rapid.SampledFrom([]int{0, 10, 60}).Draw(rt, "seconds to undo")) * time.Second
		var wrong []string
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.honours, s.script = honours, play(world)
			m := &model{st: newMemory(), removed: map[core.TransferID]bool{}, retried: map[core.TransferID]bool{},
				moved: map[core.TransferID]bool{}, goal: map[core.TransferID]core.Destination{}}
			s.catalog = &catalog{lists: lists, own: own, lag: lag}
			if differs {
				s.catalog.differs = []core.Difference{{Field: core.FieldTTLDays, Asked: "30", Got: "7"}}
			}
			m.clock, m.most, m.grace = &clock{}, most, grace
			m.fixture = &fixture{server: s}
			m.start(t)
			for _, st := range steps {
				m.do(t, st)
			}
			s.with(func(s *server) { s.script, s.askErr, s.gone, s.profiles = nil, nil, nil, nil })
			<-time.After(time.Minute) // until the attempts whose fate is decided have ended
			m.do(t, step{Verb: "resume all"})
			<-time.After(30 * time.Hour) // until nothing waits any more
			m.do(t, step{Verb: "switch"})
			<-time.After(30 * time.Hour) // the same for what waits for the other server
			synctest.Wait()
			m.check()
			m.checkFiles()
			m.finish()
			m.checkCounts()
			wrong = m.wrong
			taken, seen = taken+len(steps), seen+m.seen
		})
		if len(wrong) > 0 {
			rt.Fatalf("%q", wrong)
		}
	})
	t.Logf("%d steps, %d values shown", taken, seen)
}
