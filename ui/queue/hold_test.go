package queue

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

func heldFile(seq int64, profile, path string, s core.State, why *core.Error) core.Transfer {
	return core.Transfer{ID: core.TransferID(path), Seq: seq, Source: core.Source{Name: path, Path: filepath.FromSlash(path), Size: 10},
		State: s, Error: why, Options: core.Options{Profile: profile}}
}

// What holds the queue is the one thing that holds most files, whatever it is, and
// nothing while a file may go.
func TestHoldIsWhatHoldsMost(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	full := &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull, Status: 507}
	gone := &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway}
	refused := &core.Error{Kind: core.KindAuth, Code: core.CodeSignInRefused}
	lost := &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionLost}
	file := func(seq int64, profile, path string) core.Transfer {
		return heldFile(seq, profile, path, core.StateQueued, nil)
	}
	three := []core.Transfer{file(1, "A", "/a/1"), file(2, "A", "/a/2"), file(3, "B", "/b/3")}
	fullA := core.Wait{Profile: "A", Until: now.Add(time.Minute), Reason: full}
	fullB := core.Wait{Profile: "B", Until: now.Add(time.Second), Reason: full}
	share := core.Wait{Path: filepath.FromSlash("/a"), Until: now.Add(time.Hour), Reason: gone}
	retried := heldFile(4, "B", "/b/4", core.StateWaiting, lost)
	retried.NotBefore = now.Add(5 * time.Second)
	sooner := heldFile(5, "B", "/b/5", core.StateWaiting, lost)
	sooner.NotBefore = now.Add(2 * time.Second)
	away := heldFile(6, "A", "/a/6", core.StateWaiting, gone)
	for name, tt := range map[string]struct {
		s    core.Snapshot
		want Hold
	}{
		"nothing":            {core.Snapshot{Transfers: three}, Hold{}},
		"one may go":         {core.Snapshot{Transfers: three, Waits: []core.Wait{fullA}}, Hold{}},
		"two servers":        {core.Snapshot{Transfers: three, Waits: []core.Wait{fullB, fullA}}, Hold{HeldByServer, "A", "", fullA.Until, full, 2, 1}},
		"a share":            {core.Snapshot{Transfers: append(three[:3:3], away), Waits: []core.Wait{share, fullB}}, Hold{HeldByPlace, "", share.Path, share.Until, gone, 3, 1}},
		"one sign-in":        {core.Snapshot{Transfers: three, Halts: []core.Halt{{Profile: "A", Reason: refused}}, Waits: []core.Wait{fullB}}, Hold{HeldByHalt, "A", "", time.Time{}, refused, 2, 1}},
		"everything":         {core.Snapshot{Transfers: three, Halt: refused}, Hold{HeldByHalt, "", "", time.Time{}, refused, 3, 0}},
		"paused above all":   {core.Snapshot{Transfers: three, Halt: refused, Paused: true}, Hold{HeldByPause, "", "", time.Time{}, nil, 3, 0}},
		"each tried again":   {core.Snapshot{Transfers: []core.Transfer{retried, sooner}}, Hold{HeldByRetry, "B", "", sooner.NotBefore, lost, 2, 0}},
		"halted, not tried":  {core.Snapshot{Transfers: []core.Transfer{retried}, Halts: []core.Halt{{Profile: "B", Until: now.Add(time.Hour), Reason: refused}}}, Hold{HeldByHalt, "B", "", now.Add(time.Hour), refused, 1, 0}},
		"all that is paused": {core.Snapshot{Transfers: []core.Transfer{heldFile(1, "A", "/a/1", core.StatePaused, nil)}, Waits: []core.Wait{fullA}}, Hold{}},
	} {
		m := NewModel()
		m.Reset(tt.s, now)
		var got Hold
		if h := m.Hold(); h != nil {
			got = *h
		}
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
		m.Apply(core.Update{}, now)
		if h := m.Hold(); h != nil && h.By != HeldByRetry {
			t.Errorf("%s: it is over, and still told: %+v", name, h)
		}
	}
}

// While the server is tried, it is still what holds the queue; it is not once bytes
// are on their way.
func TestHoldLastsWhileTheServerIsTried(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	down := &core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable}
	wait := core.Wait{Profile: "A", Until: now, Reason: down}
	trial, next := heldFile(1, "A", "/1", core.StateSending, nil), heldFile(2, "A", "/2", core.StateQueued, nil)
	up := core.Link{State: core.LinkUp, HTTP: "HTTP/2", TLSVersion: "TLS 1.3"}
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{trial, next}, Waits: []core.Wait{wait}}, now)
	if h := m.Hold(); h == nil || h.Reason != down || !h.Until.Equal(now) {
		t.Errorf("tried: %+v", h)
	}
	if l := m.Link(up, "A"); l.State != core.LinkFailed || l.Err != down || l.HTTP != "" {
		t.Errorf("tried: %+v", l)
	}
	if l := m.Link(up, "B"); l != up {
		t.Errorf("another profile: %+v", l)
	}
	again := wait
	again.Until = now.Add(time.Second) // others failed meanwhile
	m.Apply(core.Update{Waits: []core.Wait{again}}, now)
	if h := m.Hold(); h == nil || !h.Until.Equal(again.Until) {
		t.Errorf("tried, and to be tried again: %+v", h)
	}
	trial.Sent = 5
	m.Apply(core.Update{Changed: []core.Transfer{trial}, Waits: []core.Wait{again}}, now)
	if h := m.Hold(); h != nil {
		t.Errorf("sent, whatever failed: %+v", h)
	}
	m.Apply(core.Update{Changed: []core.Transfer{trial}, Waits: []core.Wait{wait}}, now)
	if h := m.Hold(); h != nil {
		t.Errorf("sent: %+v", h)
	}
	if l := m.Link(up, "A"); l != up {
		t.Errorf("sent: %+v", l)
	}
}

// The connection is called what the files of its profile wait for.
func TestLinkAgreesWithTheQueue(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	up := core.Link{State: core.LinkUp, HTTP: "HTTP/2"}
	for code, tt := range map[core.Code]struct {
		kind core.Kind
		want core.LinkState
	}{
		core.CodeServerBusy:         {core.KindServer, core.LinkUnready},
		core.CodeStorageFull:        {core.KindServer, core.LinkUnready},
		core.CodeUnreachable:        {core.KindNetwork, core.LinkFailed},
		core.CodeSignInRefused:      {core.KindAuth, core.LinkFailed},
		core.CodeKeychainLocked:     {core.KindConfig, core.LinkFailed},
		core.CodeCertificateExpired: {core.KindConfig, core.LinkFailed},
		core.CodeTLSClientRefused:   {core.KindTLS, core.LinkFailed},
		core.CodeDiskFull:           {core.KindFile, core.LinkUp}, // this computer's trouble
	} {
		why := &core.Error{Kind: tt.kind, Code: code}
		retried := heldFile(1, "A", "/1", core.StateWaiting, why)
		retried.NotBefore = now.Add(time.Second)
		for name, s := range map[string]core.Snapshot{
			"halt":  {Halts: []core.Halt{{Profile: "A", Reason: why}}},
			"wait":  {Waits: []core.Wait{{Profile: "A", Until: now.Add(time.Second), Reason: why}}},
			"retry": {Transfers: []core.Transfer{retried}},
		} {
			m := NewModel()
			m.Reset(s, now)
			l := m.Link(up, "A")
			if l.State != tt.want || tt.want != core.LinkUp && l.Err != why {
				t.Errorf("%s, %s: %+v", code, name, l)
			}
			if l := m.Link(up, "B"); l != up {
				t.Errorf("%s, %s: another profile's is %+v", code, name, l)
			}
		}
	}
}

// A row says what holds it, whatever holds the rest.
func TestEachRowKnowsWhatHoldsIt(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	full, gone := &core.Error{Kind: core.KindServer, Code: core.CodeStorageFull}, &core.Error{Kind: core.KindFile, Code: core.CodeFolderAway}
	m := NewModel()
	m.Reset(core.Snapshot{Transfers: []core.Transfer{
		heldFile(1, "A", "/x/1", core.StateQueued, nil), heldFile(2, "B", "/share/2", core.StateQueued, nil),
		heldFile(3, "B", "/x/3", core.StateQueued, nil), heldFile(4, "A", "/x/4", core.StateStored, nil), heldFile(5, "A", "/x/5", core.StatePaused, nil),
	}, Waits: []core.Wait{{Profile: "A", Until: now, Reason: full}, {Path: filepath.FromSlash("/share"), Until: now, Reason: gone}}}, now)
	for i, want := range []Holder{HeldByServer, HeldByPlace, 0, 0, 0} {
		var got Holder
		if h := m.HoldOf(&m.Rows[i]); h != nil {
			got = h.By
		}
		if got != want {
			t.Errorf("row %d is held by %d, want %d", i+1, got, want)
		}
	}
	m.Apply(core.Update{Paused: true}, now)
	for i, want := range []bool{true, true, true, false, false} {
		if h := m.HoldOf(&m.Rows[i]); (h != nil) != want || want && h.By != HeldByPause {
			t.Errorf("paused, row %d is held by %+v", i+1, h)
		}
	}
}
