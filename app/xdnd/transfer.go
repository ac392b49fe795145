//go:build unix && !darwin

package xdnd

import (
	"fmt"
	"time"

	"github.com/jezek/xgb/xproto"
)

// transfer is one list on its way from its source.
type transfer struct {
	hover
	window  xproto.Window // on which it was dropped
	asked   xproto.Timestamp
	pieces  bool // the list comes in pieces (INCR)
	list    []byte
	expires time.Time
	timeout *time.Timer
}

// pieceWords is how much of a property is read at once, in words of four bytes.
const pieceWords = 64 << 10

// begin asks the source for the list.
func (t *Target) begin(h hover, window xproto.Window, at xproto.Timestamp) {
	if h.version < 1 {
		at = xproto.TimeCurrentTime
	}
	t.transfer = &transfer{hover: h, window: window, asked: at,
		expires: time.Now().Add(t.limits.time), timeout: time.NewTimer(t.limits.time)}
	xproto.DeleteProperty(t.conn, t.proxy, t.atoms.selection)
	xproto.ChangeWindowAttributes(t.conn, h.source, xproto.CwEventMask, []uint32{xproto.EventMaskStructureNotify}) // tells when the source's window is gone
	xproto.ConvertSelection(t.conn, t.proxy, t.atoms.selection, t.atoms.uriList, t.atoms.selection, at)
}

// wait gives the source some time for the next piece.
func (x *transfer) wait(idle time.Duration) { x.timeout.Reset(min(idle, time.Until(x.expires))) }

// end ends the transfer. err says why there is no list, nil: there is one.
func (t *Target) end(err error) {
	x := t.transfer
	t.transfer = nil
	x.timeout.Stop()
	xproto.ChangeWindowAttributes(t.conn, x.source, xproto.CwEventMask, []uint32{xproto.EventMaskNoEvent})
	xproto.DeleteProperty(t.conn, t.proxy, t.atoms.selection)
	t.finish(x.source, x.window, x.version, err == nil)
	if err != nil {
		t.log.Warn("a drop did not arrive", "error", err, "bytes", len(x.list))
		t.drop("", err)
		return
	}
	t.log.Info("files were dropped", "bytes", len(x.list), "pieces", x.pieces)
	t.drop(string(x.list), nil)
}

// converted handles the event that the list, or the size of one in pieces, is there.
func (t *Target) converted(e xproto.SelectionNotifyEvent) {
	x := t.transfer
	if x == nil || x.pieces || e.Requestor != t.proxy || e.Selection != t.atoms.selection || e.Time != x.asked {
		return // it belongs to a transfer that has ended
	}
	if e.Property == xproto.AtomNone {
		t.end(fmt.Errorf("%w: it has none", ErrBroken))
		return
	}
	_, kind, err := t.readPiece(e.Property)
	switch {
	case err != nil:
		t.end(err)
	case kind == t.atoms.incr:
		x.pieces = true // what was read is a size; deleting it asked for the first piece
		x.wait(t.limits.idle)
	case kind != t.atoms.uriList:
		t.end(fmt.Errorf("%w: it is of another type", ErrBroken))
	default:
		t.end(nil)
	}
}

// changed handles the event that a property has changed: the next piece of a list is
// there.
func (t *Target) changed(e xproto.PropertyNotifyEvent) {
	if e.Atom != t.atoms.selection || e.State != xproto.PropertyNewValue {
		return
	}
	x := t.transfer
	switch {
	case e.Window == t.window:
		t.overheard()
	case e.Window == t.proxy && x != nil && x.pieces:
		n, kind, err := t.readPiece(e.Atom)
		switch {
		case err != nil:
			t.end(err)
		case kind == xproto.AtomNone: // it was deleted: not a piece
		case kind != t.atoms.uriList:
			t.end(fmt.Errorf("%w: a piece is of another type", ErrBroken))
		case n == 0:
			t.end(nil)
		default:
			x.wait(t.limits.idle)
		}
	}
}

// overheard looks at what a source that does not know XdndProxy gave to the toolkit,
// which ignores lists in pieces without an error.
func (t *Target) overheard() {
	reply, err := xproto.GetProperty(t.conn, false, t.window, t.atoms.selection, xproto.GetPropertyTypeAny, 0, 0).Reply()
	if err == nil && reply.Type == t.atoms.incr {
		t.log.Warn("a drop past the proxy came in pieces and is lost")
		t.drop("", ErrTooLong)
	}
}

// readPiece adds a property of the proxy to the list and deletes it, which asks
// the source for the next piece. It returns how long it was, and its type.
func (t *Target) readPiece(property xproto.Atom) (n int, kind xproto.Atom, err error) {
	x := t.transfer
	for {
		reply, err := xproto.GetProperty(t.conn, true, t.proxy, property, xproto.GetPropertyTypeAny, uint32(n/4), pieceWords).Reply()
		switch {
		case err != nil:
			return n, 0, fmt.Errorf("%w: %w", ErrBroken, err)
		case reply.Type == t.atoms.incr:
			return 0, reply.Type, nil
		case reply.Type != xproto.AtomNone && reply.Format != 8:
			return n, 0, fmt.Errorf("%w: it has %d bits a character", ErrBroken, reply.Format)
		case len(x.list)+len(reply.Value)+int(reply.BytesAfter) > t.limits.list:
			return n, 0, fmt.Errorf("%w: over %d bytes", ErrTooLong, t.limits.list)
		}
		x.list = append(x.list, reply.Value...)
		n += len(reply.Value)
		if reply.BytesAfter == 0 {
			return n, reply.Type, nil
		}
		if len(reply.Value) == 0 {
			return n, 0, fmt.Errorf("%w: it changed while it was read", ErrBroken)
		}
	}
}
