//go:build unix && !darwin

package xdnd

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// TestDrop takes lists of all lengths, whole and in pieces.
func TestDrop(t *testing.T) {
	st := newStage(t, roomy())
	long := names(20000) // 1.6 MB: several reads of one property
	for name, give := range map[string]func(*source, xproto.SelectionRequestEvent) string{
		"whole": func(s *source, a xproto.SelectionRequestEvent) string {
			s.give(a, "file:///a\r\n")
			return "file:///a\r\n"
		},
		"nothing":     func(s *source, a xproto.SelectionRequestEvent) string { s.give(a, ""); return "" },
		"whole, long": func(s *source, a xproto.SelectionRequestEvent) string { s.give(a, long); return long },
		"odd length": func(s *source, a xproto.SelectionRequestEvent) string {
			s.give(a, long[:pieceWords*4+3])
			return long[:pieceWords*4+3]
		},
		"in pieces": func(s *source, a xproto.SelectionRequestEvent) string {
			s.inPieces(a, cut(long, onePiece-1)...)
			return long
		},
		"no piece": func(s *source, a xproto.SelectionRequestEvent) string { s.inPieces(a, ""); return "" },
		"one character": func(s *source, a xproto.SelectionRequestEvent) string {
			s.inPieces(a, cut(long[:300], 1)...)
			return long[:300]
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, st.display, st.toolkit.window)
			if !s.enter(xproto.AtomString, s.atoms.uriList) {
				t.Fatal("files are not taken")
			}
			want := give(s, s.release())
			if got := st.next(); got.err != nil || got.list != want {
				t.Errorf("got %d bytes, want %d, %v", len(got.list), len(want), got.err)
			}
			if !s.finished() {
				t.Error("the source is told that nothing was taken")
			}
			s.die()
		})
	}
}

// TestWhatIsTaken: files are taken, whatever other types the source offers; nothing else
// is, and the source is told so before the drop.
func TestWhatIsTaken(t *testing.T) {
	st := newStage(t, roomy())
	s := newSource(t, st.display, st.toolkit.window)
	list, text := s.atoms.uriList, xproto.Atom(xproto.AtomString)
	for _, c := range []struct {
		types []xproto.Atom
		want  bool
	}{
		{nil, false}, {[]xproto.Atom{text}, false}, {[]xproto.Atom{text, text, list}, true},
		{[]xproto.Atom{text, text, text, text}, false}, {[]xproto.Atom{text, text, text, text, list}, true},
	} {
		if got := s.enter(c.types...); got != c.want {
			t.Errorf("%v: taken: %t", c.types, got)
		}
	}
	other := newSource(t, st.display, st.toolkit.window)
	other.say(other.atoms.position, 0, 0, 0, 0)
	if other.answer(other.atoms.status)[1] != 0 {
		t.Error("what has not entered is taken")
	}
	s = newSource(t, st.display, st.toolkit.window)
	s.enter(list)
	s.say(s.atoms.leave)
	s.say(s.atoms.position, 0, 0, 0, 0)
	if s.answer(s.atoms.status)[1] != 0 {
		t.Error("what has left is still taken")
	}
	s.say(s.atoms.drop, 0, 1)
	s.enter(text)
	s.say(s.atoms.drop, 0, 1)
	if s.finished() {
		t.Error("a drop that was refused is taken")
	}
	s.enter(list)
	s.give(s.release(), "file:///after")
	if got := st.next(); got.list != "file:///after" {
		t.Errorf("got %+v", got)
	}
}

// TestBrokenDrops: if a source does something wrong, the drop is reported once, with the
// reason, and the next one is taken.
func TestBrokenDrops(t *testing.T) {
	l := limits{list: 1 << 20, idle: 2 * time.Second, time: 4 * time.Second}
	st := newStage(t, l)
	big := strings.Repeat("x", l.list+1)
	for name, c := range map[string]struct {
		do   func(*source, xproto.SelectionRequestEvent)
		want error
	}{
		"it has no list": {func(s *source, a xproto.SelectionRequestEvent) { s.notify(a, xproto.AtomNone) }, ErrBroken},
		"no property":    {func(s *source, a xproto.SelectionRequestEvent) { s.notify(a, a.Property) }, ErrBroken},
		"of another type": {func(s *source, a xproto.SelectionRequestEvent) {
			s.put(a.Requestor, a.Property, xproto.AtomString, 8, []byte("file:///a"))
			s.notify(a, a.Property)
		}, ErrBroken},
		"wide characters": {func(s *source, a xproto.SelectionRequestEvent) {
			s.put(a.Requestor, a.Property, s.atoms.uriList, 32, []byte("file:///a..."))
			s.notify(a, a.Property)
		}, ErrBroken},
		"says nothing":        {func(*source, xproto.SelectionRequestEvent) {}, ErrBroken},
		"too long":            {func(s *source, a xproto.SelectionRequestEvent) { s.give(a, big) }, ErrTooLong},
		"too long, in pieces": {func(s *source, a xproto.SelectionRequestEvent) { s.inPieces(a, cut(big, onePiece)[:9]...) }, ErrTooLong},
		"stops in the middle": {func(s *source, a xproto.SelectionRequestEvent) { s.inPieces(a, "file:///a\r\n", "file:///b\r\n") }, ErrBroken},
		"a piece of another type": {func(s *source, a xproto.SelectionRequestEvent) {
			s.inPieces(a, "file:///a\r\n")
			s.deleted(a)
			s.put(a.Requestor, a.Property, xproto.AtomString, 8, []byte("x"))
		}, ErrBroken},
		"a piece of pieces": {func(s *source, a xproto.SelectionRequestEvent) {
			s.inPieces(a, "file:///a\r\n")
			s.deleted(a)
			s.put(a.Requestor, a.Property, s.atoms.incr, 32, []byte{1, 0, 0, 0})
		}, ErrBroken},
		"endless small pieces": {func(s *source, a xproto.SelectionRequestEvent) {
			s.inPieces(a)
			s.deleted(a)
			tick := time.NewTicker(200 * time.Millisecond)
			defer tick.Stop()
			for len(st.drops) == 0 {
				s.put(a.Requestor, a.Property, s.atoms.uriList, 8, []byte("x"))
				<-tick.C
			}
		}, ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, st.display, st.toolkit.window)
			s.enter(s.atoms.uriList)
			c.do(s, s.release())
			if got := st.next(); !errors.Is(got.err, c.want) || got.list != "" {
				t.Errorf("got %d bytes, %v, want %v", len(got.list), got.err, c.want)
			}
			if !s.gone && s.finished() {
				t.Error("the source is told that it was taken")
			}
			s.die()
			next := newSource(t, st.display, st.toolkit.window)
			next.enter(next.atoms.uriList)
			next.give(next.release(), "file:///next")
			if got := st.next(); got.list != "file:///next" || got.err != nil {
				t.Errorf("the next drop: %+v", got)
			}
			next.die()
			if len(st.drops) > 0 {
				t.Errorf("more was dropped: %+v", <-st.drops)
			}
		})
	}
}

// TestSourceDies: the drop ends when its source ends, and nothing waits any longer.
func TestSourceDies(t *testing.T) {
	st := newStage(t, limits{list: maxList, idle: time.Hour, time: time.Hour})
	for name, do := range map[string]func(*source, xproto.SelectionRequestEvent){
		"at once":        func(*source, xproto.SelectionRequestEvent) {},
		"before a piece": func(s *source, a xproto.SelectionRequestEvent) { s.inPieces(a) },
		"between pieces": func(s *source, a xproto.SelectionRequestEvent) { s.inPieces(a, "file:///a\r\n"); s.deleted(a) },
		"before the end": func(s *source, a xproto.SelectionRequestEvent) { s.inPieces(a, cut(names(5000), onePiece)[:3]...) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSource(t, st.display, st.toolkit.window)
			s.enter(s.atoms.uriList)
			do(s, s.release())
			s.die()
			if got := st.next(); !errors.Is(got.err, ErrBroken) || got.list != "" {
				t.Errorf("got %d bytes, %v", len(got.list), got.err)
			}
		})
	}
}

// TestOneAtATime: while a list is on its way nothing else is taken, and the rest of an
// earlier transfer is not taken for the next one's.
func TestOneAtATime(t *testing.T) {
	st := newStage(t, roomy())
	first, other := newSource(t, st.display, st.toolkit.window), newSource(t, st.display, st.toolkit.window)
	xproto.SetSelectionOwner(first.conn, first.window, first.atoms.selection, xproto.TimeCurrentTime)
	first.enter(first.atoms.uriList)
	asked := first.release()
	if other.enter(other.atoms.uriList) {
		t.Error("a second drag is taken")
	}
	other.say(other.atoms.drop, 0, 1)
	if other.finished() {
		t.Error("a second drop is taken")
	}
	stale := asked
	stale.Time++
	first.put(asked.Requestor, asked.Property, first.atoms.uriList, 8, []byte("file:///stale"))
	first.notify(stale, asked.Property)
	other.enter(other.atoms.uriList) // answered: what came before has been read
	first.give(asked, "file:///first")
	if got := st.next(); got.list != "file:///first" {
		t.Errorf("got %+v", got)
	}
}

// TestOddMessages: messages that no source should send do no harm.
func TestOddMessages(t *testing.T) {
	st := newStage(t, roomy())
	s := newSource(t, st.display, st.toolkit.window)
	for _, kind := range []xproto.Atom{s.atoms.enter, s.atoms.position, s.atoms.leave, s.atoms.drop, s.atoms.status, s.atoms.finished, xproto.AtomString} {
		for _, from := range []xproto.Window{0, 1, s.window, s.proxy, s.target} {
			for _, word := range []uint32{0, 1, 3<<24 | flagTypeList, version<<24 | flagTypeList, ^uint32(0)} {
				for _, format := range []byte{8, 16, 32} {
					data := make([]byte, 20)
					xgb.Put32(data, uint32(from))
					for at := 4; at < 20; at += 4 {
						xgb.Put32(data[at:], word)
					}
					e := xproto.ClientMessageEvent{Format: format, Window: s.target, Type: kind, Data: xproto.ClientMessageDataUnionData8New(data)}
					xproto.SendEvent(s.conn, false, s.proxy, xproto.EventMaskNoEvent, string(e.Bytes()))
				}
			}
		}
	}
	xproto.SendEvent(s.conn, false, s.proxy, xproto.EventMaskNoEvent, string(xproto.SelectionNotifyEvent{Requestor: s.proxy, Selection: s.atoms.selection, Property: s.atoms.aware}.Bytes()))
	s.enter(s.atoms.uriList)
	s.give(s.release(), "file:///a")
	if got := st.next(); got.list != "file:///a" || got.err != nil {
		t.Errorf("got %+v", got)
	}
}

// TestFlood: more events than are kept, while nothing reads them, don't stop the
// connection.
func TestFlood(t *testing.T) {
	hold := make(chan struct{})
	st := startStage(t, roomy(), func() { <-hold })
	s := newSource(t, st.display, st.toolkit.window)
	s.enter(s.atoms.uriList)
	s.give(s.release(), "file:///a")
	s.finished()
	s.say(s.atoms.enter, version<<24|flagTypeList) // the list of types will be asked for, the answer comes behind all of this
	for range 10 * eventBuffer {                   // the X library keeps five thousand
		xproto.ChangeProperty(s.conn, xproto.PropModeReplace, s.proxy, s.atoms.selection, xproto.AtomString, 8, 0, nil)
	}
	s.property(s.proxy, s.atoms.selection) // all of it has been sent
	close(hold)
	st.next()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	timeout := time.After(patience)
	for {
		s.say(s.atoms.position, 0, 0, 0, 0)
		select {
		case event := <-s.events:
			if e, ok := event.(xproto.ClientMessageEvent); ok && e.Type == s.atoms.status {
				return
			}
		case <-again.C:
		case <-timeout:
			t.Fatal("nothing is answered any more")
		}
	}
}

// TestPastTheProxy: a list in pieces for the toolkit's own window is lost there, and
// reported here.
func TestPastTheProxy(t *testing.T) {
	st := newStage(t, roomy())
	s := newClient(t, st.display)
	s.put(st.toolkit.window, s.atoms.selection, s.atoms.uriList, 8, []byte("file:///the-toolkit-takes-this"))
	s.put(st.toolkit.window, s.atoms.selection, s.atoms.incr, 32, []byte{1, 0, 0, 0})
	if got := st.next(); !errors.Is(got.err, ErrTooLong) {
		t.Errorf("got %+v", got)
	}
}

// TestEnds: the window is given back to the toolkit, and everything ends when the display
// is gone.
func TestEnds(t *testing.T) {
	display := newDisplay(t)
	toolkit := newClient(t, display)
	run := func(ctx context.Context) <-chan struct{} {
		target, err := open(display, uint32(toolkit.window), func(string, error) {}, slog.New(slog.DiscardHandler), roomy())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { defer close(done); target.Run(ctx) }()
		return done
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := run(ctx)
	if toolkit.property(toolkit.window, toolkit.atoms.proxy).Type != xproto.AtomWindow {
		t.Error("the window names no proxy")
	}
	cancel()
	<-done
	if toolkit.property(toolkit.window, toolkit.atoms.proxy).Type != xproto.AtomNone {
		t.Error("the window still names a proxy")
	}
	done = run(t.Context())
	proxy := xproto.Window(xgb.Get32(toolkit.property(toolkit.window, toolkit.atoms.proxy).Value))
	xproto.KillClient(toolkit.conn, uint32(proxy))
	<-done
	if _, err := open(display, 1, nil, slog.New(slog.DiscardHandler), roomy()); err == nil {
		t.Error("a window that does not exist is taken")
	}
	if _, err := open(":7733", 1, nil, slog.New(slog.DiscardHandler), roomy()); err == nil {
		t.Error("a display that does not exist is taken")
	}
}
