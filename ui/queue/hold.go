package queue

import (
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// Holder is what holds files back.
type Holder int

// The holders.
const (
	HeldByPause  Holder = iota + 1 // everything is paused, by the user or another program
	HeldByHalt                     // nothing is sent until someone acts
	HeldByServer                   // the server is left alone for a while
	HeldByPlace                    // a folder or disk is away
	HeldByRetry                    // each file waits for its next attempt
)

// Hold is what holds files back, and for how long.
type Hold struct {
	By      Holder
	Profile string    // "" for files of all profiles
	Path    string    // the folder that is away
	Until   time.Time // when it is tried again; zero: not by itself
	Reason  *core.Error
	Files   int // that it holds
	Others  int // held by something else
}

// Hold is what holds the queue; nil if files are sent, will be in a moment, or none
// are to be. Where several things hold different files it is the one that holds most.
func (m *Model) Hold() *Hold {
	switch {
	case !m.Totals.Unfinished():
		return nil
	case m.Totals.Active > 0:
		return m.trial()
	case m.Paused:
		return &Hold{By: HeldByPause, Files: m.Totals.Queued + m.Totals.Waiting}
	}
	if m.unheld {
		m.unheld, m.hold = false, m.holds()
	}
	return m.hold
}

// trial is the wait that is over if what is being sent shows the server well again;
// nil if bytes are on their way, or files go to another server.
func (m *Model) trial() (trial *Hold) {
	for _, g := range m.meters {
		w := m.waitOf(g.profile)
		if w == nil || m.moves(g.profile) {
			return nil
		}
		trial = &Hold{By: HeldByServer, Profile: w.Profile, Until: w.Until, Reason: w.Reason, Files: m.Totals.Active + m.Totals.Queued + m.Totals.Waiting}
	}
	return trial
}

// holds finds what holds the queue. It walks all rows, so it runs only after a change
// while nothing is sent.
func (m *Model) holds() *Hold {
	var all []Hold
	for i := range m.Rows {
		r := &m.Rows[i]
		if s := r.State(); s != core.StateQueued && s != core.StateWaiting || r.Held() {
			continue
		}
		h, held := m.holdOf(r)
		if !held {
			return nil
		}
		at := slices.IndexFunc(all, func(other Hold) bool { return other.same(h) })
		if at < 0 {
			all, at = append(all, h), len(all)
		}
		all[at].Files++
		if h.Until.Before(all[at].Until) {
			all[at].Until, all[at].Reason = h.Until, h.Reason
		}
	}
	if len(all) == 0 {
		return nil
	}
	most := slices.MaxFunc(all, func(a, b Hold) int { return a.Files - b.Files })
	most.Others = m.Totals.Queued + m.Totals.Waiting - most.Files
	return &most
}

// same reports whether the same thing holds other files.
func (h Hold) same(other Hold) bool {
	return h.By == other.By && h.Profile == other.Profile && h.Path == other.Path
}

// HoldOf is what holds a row back, nil for nothing.
func (m *Model) HoldOf(r *Row) *Hold {
	if s := r.State(); s != core.StateQueued && s != core.StateWaiting || r.Held() {
		return nil
	}
	if m.Paused {
		return &Hold{By: HeldByPause, Files: 1}
	}
	if h, held := m.holdOf(r); held {
		h.Files = 1
		return &h
	}
	return nil
}

// holdOf is what holds a queued or waiting row back, if not everything is paused.
func (m *Model) holdOf(r *Row) (Hold, bool) {
	profile := r.to.Value().profile
	if h := m.haltOf(profile); h != nil {
		return Hold{By: HeldByHalt, Profile: h.Profile, Until: h.Until, Reason: h.Reason}, true
	}
	if w := m.placeOf(r); w != nil {
		return Hold{By: HeldByPlace, Path: w.Path, Until: w.Until, Reason: w.Reason}, true
	}
	if w := m.waitOf(profile); w != nil {
		return Hold{By: HeldByServer, Profile: w.Profile, Until: w.Until, Reason: w.Reason}, true
	}
	if r.State() == core.StateWaiting && r.Err() != nil {
		return Hold{By: HeldByRetry, Profile: profile, Until: r.NotBefore(), Reason: r.Err()}, true
	}
	return Hold{}, false
}

// haltOf is why a profile's files are not sent until someone acts.
func (m *Model) haltOf(profile string) *core.Halt {
	for i := range m.halts {
		if h := &m.halts[i]; h.Profile == "" || h.Profile == profile {
			return h
		}
	}
	return nil
}

// waitOf is the wait for a profile's server that ends first. One that is over, while a
// file is on its way to the server, is none.
func (m *Model) waitOf(profile string) (first *core.Wait) {
	for i := range m.waits {
		w := &m.waits[i]
		if w.Path == "" && (w.Profile == "" || w.Profile == profile) && (first == nil || w.Until.Before(first.Until)) {
			first = w
		}
	}
	if first != nil && !first.Until.After(m.at) && m.moves(profile) {
		return nil
	}
	return first
}

// moves reports whether bytes of a profile's files are on their way.
func (m *Model) moves(profile string) bool {
	for _, g := range m.meters {
		if n := len(g.samples); g.profile == profile && n > 0 && g.samples[n-1].bytes > 0 {
			return true
		}
	}
	return false
}

// Link is what to say of a profile's connection. What its files wait for outweighs
// the server's last answer: that may be older, or come from another of its servers.
func (m *Model) Link(l core.Link, profile string) core.Link {
	why := m.trouble(profile)
	if why == nil {
		return l
	}
	switch why.Kind {
	case core.KindServer:
		l.State, l.Err = core.LinkUnready, why
	case core.KindNetwork, core.KindTLS, core.KindAuth, core.KindConfig:
		l.State, l.Err = core.LinkFailed, why
		l.TLSVersion, l.MutualTLS, l.HTTP = "", false, ""
	}
	return l
}

// trouble is why the files of a profile wait for its server; nil if they don't.
func (m *Model) trouble(profile string) *core.Error {
	if h := m.haltOf(profile); h != nil {
		return h.Reason
	}
	if w := m.waitOf(profile); w != nil {
		return w.Reason
	}
	if h := m.Hold(); h != nil && h.By == HeldByRetry && h.Profile == profile {
		return h.Reason
	}
	return nil
}

// Sends reports whether a file of a profile is being sent.
func (m *Model) Sends(profile string) bool {
	for _, g := range m.meters {
		if g.profile == profile {
			return true
		}
	}
	return false
}
