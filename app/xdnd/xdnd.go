//go:build unix && !darwin

// Package xdnd takes drops of files on an X11 window, for a toolkit that
// doesn't read all that drag sources send: lists in pieces (INCR, ICCCM 2.7.2),
// and hosts. It has a window of its own to which sources that know XdndProxy
// send everything that is meant for the toolkit's window; from others the
// toolkit's window takes drops as before.
package xdnd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// version of the protocol that we use.
const version = 5

// Bounds of one drop. A list of a million long names has some 200 MiB. Larger ones are
// refused with an error.
const (
	maxList = 64 << 20
	maxIdle = 10 * time.Second // between two pieces
	maxTime = 5 * time.Minute  // from the drop to the last piece: archive managers unpack first
)

// eventBuffer is how many events may wait while a reply is awaited.
const eventBuffer = 1024

// Errors that end a drop.
var (
	ErrTooLong = errors.New("the list of what was dropped is too long")
	ErrBroken  = errors.New("the program that it was dragged from did not send the whole list")
)

// Drop is called with the text/uri-list of a drop, or with the reason why it
// did not arrive. The next drop waits until it returns.
type Drop func(list string, err error)

// Silence keeps the X library from writing to standard error. It must not be called
// while a Target is open.
func Silence() { xgb.Logger = log.New(io.Discard, "", 0) }

// limits are the bounds of a drop. Tests make them smaller.
type limits struct {
	list       int
	idle, time time.Duration
}

// Target takes the drops on one window.
type Target struct {
	conn   *xgb.Conn
	window xproto.Window // the toolkit's
	proxy  xproto.Window // ours
	atoms  atoms
	limits limits
	drop   Drop
	log    *slog.Logger
	events chan any // xgb.Event, xgb.Error

	hover    hover
	transfer *transfer // nil while none runs
}

// Open begins to take the drops on window, on the display that the environment names.
// Run must follow: it releases what Open has opened.
func Open(window uint32, drop Drop, log *slog.Logger) (*Target, error) {
	return open("", window, drop, log, limits{list: maxList, idle: maxIdle, time: maxTime})
}

func open(display string, window uint32, drop Drop, log *slog.Logger, l limits) (*Target, error) {
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return nil, fmt.Errorf("connect to the X display: %w", err)
	}
	t := &Target{conn: conn, window: xproto.Window(window), drop: drop, log: log, limits: l, events: make(chan any, eventBuffer)}
	go t.read()
	if err := t.advertise(); err != nil {
		t.close()
		return nil, fmt.Errorf("make a window for drops: %w", err)
	}
	return t, nil
}

// read takes events from the connection. If they were left there, replies would not
// arrive either. More events than any drag has are dropped.
func (t *Target) read() {
	defer close(t.events)
	for {
		event, err := t.conn.WaitForEvent()
		var got any = event
		switch {
		case event == nil && err == nil:
			return
		case err != nil:
			got = err
		}
		select {
		case t.events <- got:
		default:
		}
	}
}

// advertise creates the proxy window and names it in a property of both windows. It
// also watches for lists in pieces that a source sends to the toolkit's window.
func (t *Target) advertise() error {
	var err error
	if t.atoms, err = intern(t.conn); err != nil {
		return err
	}
	if t.proxy, err = xproto.NewWindowId(t.conn); err != nil {
		return err
	}
	root := xproto.Setup(t.conn).DefaultScreen(t.conn).Root
	if err := xproto.CreateWindowChecked(t.conn, 0, t.proxy, root, -1, -1, 1, 1, 0, xproto.WindowClassInputOnly, 0,
		xproto.CwOverrideRedirect|xproto.CwEventMask, []uint32{1, xproto.EventMaskPropertyChange}).Check(); err != nil {
		return err
	}
	if err := xproto.ChangeWindowAttributesChecked(t.conn, t.window, xproto.CwEventMask,
		[]uint32{xproto.EventMaskPropertyChange}).Check(); err != nil {
		return err
	}
	for _, p := range []struct {
		window     xproto.Window
		name, kind xproto.Atom
		value      uint32
	}{
		{t.proxy, t.atoms.aware, xproto.AtomAtom, version},
		{t.proxy, t.atoms.proxy, xproto.AtomWindow, uint32(t.proxy)},
		{t.window, t.atoms.aware, xproto.AtomAtom, version},
		{t.window, t.atoms.proxy, xproto.AtomWindow, uint32(t.proxy)}, // last: from now on drops arrive
	} {
		value := make([]byte, 4)
		xgb.Put32(value, p.value)
		if err := xproto.ChangePropertyChecked(t.conn, xproto.PropModeReplace, p.window, p.name, p.kind, 32, 1, value).Check(); err != nil {
			return err
		}
	}
	return nil
}

// Run takes drops until ctx ends or the display is gone. Then the toolkit takes them
// again.
func (t *Target) Run(ctx context.Context) {
	defer t.close()
	for {
		var timeout <-chan time.Time
		if t.transfer != nil {
			timeout = t.transfer.timeout.C
		}
		select {
		case <-ctx.Done():
			return
		case <-timeout:
			t.end(fmt.Errorf("%w in time", ErrBroken))
		case event, open := <-t.events:
			if !open {
				t.log.Error("the X display is gone, drops are taken by the toolkit")
				return
			}
			t.take(event)
		}
	}
}

// close removes the proxy and waits until the connection is closed.
func (t *Target) close() {
	if t.transfer != nil {
		t.transfer.timeout.Stop()
	}
	xproto.DeleteProperty(t.conn, t.window, t.atoms.proxy)
	t.conn.Close()
	for range t.events { // until it is closed
	}
}

// take handles every event of the X server.
func (t *Target) take(event any) {
	switch e := event.(type) {
	case xgb.Error: // usually about a window that is gone meanwhile
		t.log.Debug("the X server refuses something", "error", e)
	case xproto.ClientMessageEvent:
		if e.Format == 32 && len(e.Data.Data32) == 5 {
			t.message(e.Type, e.Window, e.Data.Data32)
		}
	case xproto.SelectionNotifyEvent:
		t.converted(e)
	case xproto.PropertyNotifyEvent:
		t.changed(e)
	case xproto.DestroyNotifyEvent:
		if t.transfer != nil && e.Window == t.transfer.source {
			t.end(ErrBroken)
		}
	}
}
