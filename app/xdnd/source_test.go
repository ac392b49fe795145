//go:build unix && !darwin

package xdnd

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Silence()
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for something that must happen.
const patience = 20 * time.Second

// newDisplay starts an X server for one test.
func newDisplay(t *testing.T) string {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Xvfb: %v (make test-deps installs what the tests need)", err)
	}
	_ = write.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb did not name its display: %v", err)
	}
	return ":" + strings.TrimSpace(number)
}

// client is another program on the display.
type client struct {
	t      *testing.T
	conn   *xgb.Conn
	atoms  atoms
	window xproto.Window
	events chan xgb.Event
	gone   bool
}

func newClient(t *testing.T, display string) *client {
	t.Helper()
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, conn: conn, events: make(chan xgb.Event, 4096)}
	go func() {
		defer close(c.events)
		for {
			event, err := conn.WaitForEvent()
			switch {
			case event == nil && err == nil:
				return
			case event != nil:
				c.events <- event
			}
		}
	}()
	t.Cleanup(c.die)
	if c.atoms, err = intern(conn); err != nil {
		t.Fatal(err)
	}
	c.window = c.create()
	return c
}

// die ends the program: its windows go.
func (c *client) die() {
	if c.gone {
		return
	}
	c.gone = true
	c.conn.Close()
	for range c.events { // until it is closed
	}
}

func (c *client) create() xproto.Window {
	c.t.Helper()
	id, err := xproto.NewWindowId(c.conn)
	if err == nil {
		err = xproto.CreateWindowChecked(c.conn, 0, id, xproto.Setup(c.conn).DefaultScreen(c.conn).Root, 0, 0, 100, 100, 0,
			xproto.WindowClassInputOnly, 0, 0, nil).Check()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return id
}

// property is what a window has under a name.
func (c *client) property(window xproto.Window, name xproto.Atom) *xproto.GetPropertyReply {
	c.t.Helper()
	reply, err := xproto.GetProperty(c.conn, false, window, name, xproto.GetPropertyTypeAny, 0, 1<<20).Reply()
	if err != nil {
		c.t.Fatal(err)
	}
	return reply
}

// onePiece is what one request writes: the server takes 256 KiB at most.
const onePiece = 128 << 10

// put writes a property as a whole; long ones are appended to.
func (c *client) put(window xproto.Window, name, kind xproto.Atom, format byte, value []byte) {
	c.t.Helper()
	mode := byte(xproto.PropModeReplace)
	for first := true; first || len(value) > 0; first = false {
		piece := value[:min(onePiece, len(value))]
		value = value[len(piece):]
		if err := xproto.ChangePropertyChecked(c.conn, mode, window, name, kind, format, uint32(len(piece)*8/int(format)), piece).Check(); err != nil {
			c.t.Fatal(err)
		}
		mode = xproto.PropModeAppend
	}
}

// await reads events until one satisfies.
func await[E xgb.Event](c *client, what string, is func(E) bool) E {
	c.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case event, open := <-c.events:
			if !open {
				c.t.Fatalf("the display is gone while %s is awaited", what)
			}
			if e, ok := event.(E); ok && is(e) {
				return e
			}
		case <-timeout:
			c.t.Fatalf("waited too long for %s", what)
		}
	}
}

// source is a program that files are dragged from, to a window whose proxy it
// looks up by the letter of the protocol.
type source struct {
	*client
	target, proxy xproto.Window
	at            xproto.Timestamp
}

func newSource(t *testing.T, display string, target xproto.Window) *source {
	t.Helper()
	s := &source{client: newClient(t, display), target: target, at: 4242}
	named := s.property(target, s.atoms.proxy)
	if named.Type != xproto.AtomWindow || len(named.Value) != 4 {
		t.Fatalf("the window names no proxy: %+v", named)
	}
	s.proxy = xproto.Window(xgb.Get32(named.Value))
	itself, aware := s.property(s.proxy, s.atoms.proxy), s.property(s.proxy, s.atoms.aware)
	if !slices.Equal(itself.Value, named.Value) || len(aware.Value) != 4 || xgb.Get32(aware.Value) != version {
		t.Fatalf("the proxy is none: it names %v, speaks %v", itself.Value, aware.Value)
	}
	if err := xproto.SetSelectionOwnerChecked(s.conn, s.window, s.atoms.selection, xproto.TimeCurrentTime).Check(); err != nil {
		t.Fatal(err)
	}
	return s
}

// say sends a message for the window to the proxy.
func (s *source) say(kind xproto.Atom, rest ...uint32) {
	s.t.Helper()
	data := append([]uint32{uint32(s.window)}, rest...)
	for len(data) < 5 {
		data = append(data, 0)
	}
	message := xproto.ClientMessageEvent{Format: 32, Window: s.target, Type: kind, Data: xproto.ClientMessageDataUnionData32New(data)}
	if err := xproto.SendEventChecked(s.conn, false, s.proxy, xproto.EventMaskNoEvent, string(message.Bytes())).Check(); err != nil {
		s.t.Fatal(err)
	}
}

// answer awaits a message of the target, which must speak for the window.
func (s *source) answer(kind xproto.Atom) []uint32 {
	s.t.Helper()
	data := await(s.client, "an answer", func(e xproto.ClientMessageEvent) bool { return e.Type == kind }).Data.Data32
	if xproto.Window(data[0]) != s.target {
		s.t.Errorf("window %d answers, not %d", data[0], s.target)
	}
	return data
}

// enter drags files over the window and returns whether they would be taken.
func (s *source) enter(types ...xproto.Atom) bool {
	s.t.Helper()
	first := []uint32{version << 24, 0, 0, 0}
	if len(types) > 3 {
		first[0] |= flagTypeList
		var list []byte
		for _, atom := range types {
			list = append(list, 0, 0, 0, 0)
			xgb.Put32(list[len(list)-4:], uint32(atom))
		}
		s.put(s.window, s.atoms.typeList, xproto.AtomAtom, 32, list)
	} else {
		for i, atom := range types {
			first[1+i] = uint32(atom)
		}
	}
	s.say(s.atoms.enter, first...)
	s.say(s.atoms.position, 0, 10<<16|10, uint32(s.at), uint32(s.atoms.actionCopy))
	status := s.answer(s.atoms.status)
	accepts := status[1]&flagAccept != 0
	if accepts != (xproto.Atom(status[4]) == s.atoms.actionCopy) {
		s.t.Errorf("status %v", status)
	}
	return accepts
}

// release drops the files, and waits until the list is asked for.
func (s *source) release() xproto.SelectionRequestEvent {
	s.t.Helper()
	s.say(s.atoms.drop, 0, uint32(s.at))
	asked := await(s.client, "a request for the list", func(xproto.SelectionRequestEvent) bool { return true })
	if asked.Target != s.atoms.uriList || asked.Time != s.at || asked.Requestor != s.proxy {
		s.t.Errorf("asked for %+v", asked)
	}
	return asked
}

// notify says that the list is in a property; None: there is no list.
func (s *source) notify(asked xproto.SelectionRequestEvent, property xproto.Atom) {
	s.t.Helper()
	e := xproto.SelectionNotifyEvent{Time: asked.Time, Requestor: asked.Requestor, Selection: asked.Selection, Target: asked.Target, Property: property}
	if err := xproto.SendEventChecked(s.conn, false, asked.Requestor, xproto.EventMaskNoEvent, string(e.Bytes())).Check(); err != nil {
		s.t.Fatal(err)
	}
}

// give hands the list over in one piece.
func (s *source) give(asked xproto.SelectionRequestEvent, list string) {
	s.t.Helper()
	s.put(asked.Requestor, asked.Property, s.atoms.uriList, 8, []byte(list))
	s.notify(asked, asked.Property)
}

// inPieces sends pieces by ICCCM 2.7.2: each when the one before has been deleted. An empty
// one is the end.
func (s *source) inPieces(asked xproto.SelectionRequestEvent, pieces ...string) {
	s.t.Helper()
	xproto.ChangeWindowAttributes(s.conn, asked.Requestor, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange})
	s.put(asked.Requestor, asked.Property, s.atoms.incr, 32, []byte{1, 0, 0, 0}) // a lower bound
	s.notify(asked, asked.Property)
	for _, piece := range pieces {
		s.deleted(asked)
		if len(piece) > onePiece {
			s.t.Fatal("a piece is written by one request")
		}
		s.put(asked.Requestor, asked.Property, s.atoms.uriList, 8, []byte(piece))
	}
}

// deleted waits until the target has taken the property.
func (s *source) deleted(asked xproto.SelectionRequestEvent) {
	s.t.Helper()
	await(s.client, "the next piece to be asked for", func(e xproto.PropertyNotifyEvent) bool {
		return e.Window == asked.Requestor && e.Atom == asked.Property && e.State == xproto.PropertyDelete
	})
}

// finished waits for the target's last message: whether it has the list.
func (s *source) finished() bool {
	s.t.Helper()
	data := s.answer(s.atoms.finished)
	return data[1]&flagAccept != 0 && xproto.Atom(data[2]) == s.atoms.actionCopy
}

// dropped is what a Drop was called with.
type dropped struct {
	list string
	err  error
}

// stage is a window of another program and a Target that takes its drops.
type stage struct {
	t       *testing.T
	display string
	toolkit *client
	drops   chan dropped
}

func newStage(t *testing.T, l limits) *stage {
	t.Helper()
	return startStage(t, l, func() {})
}

// startStage is newStage with a function that each drop calls first.
func startStage(t *testing.T, l limits, first func()) *stage {
	t.Helper()
	st := &stage{t: t, display: newDisplay(t), drops: make(chan dropped, 16)}
	st.toolkit = newClient(t, st.display)
	target, err := open(st.display, uint32(st.toolkit.window), func(list string, err error) {
		first()
		st.drops <- dropped{list, err}
	}, slog.New(slog.DiscardHandler), l)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); target.Run(t.Context()) }()
	t.Cleanup(func() { // t's context has ended
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the target does not end")
		}
	})
	return st
}

// next is the next drop.
func (st *stage) next() dropped {
	st.t.Helper()
	select {
	case d := <-st.drops:
		return d
	case <-time.After(patience):
		st.t.Fatal("waited too long for a drop")
		return dropped{}
	}
}

// roomy are limits that no test meets.
func roomy() limits { return limits{list: maxList, idle: maxIdle, time: maxTime} }

// cut cuts a list into pieces of n bytes, with an empty one as the end.
func cut(list string, n int) []string {
	var all []string
	for piece := range slices.Chunk([]byte(list), n) {
		all = append(all, string(piece))
	}
	return append(all, "")
}

// names is a list of n long names.
func names(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "file:///home/somebody/a%%20folder/a-rather-long-file-name-for-this-%06d.txt\r\n", i)
	}
	return b.String()
}
