//go:build unix && !darwin

package xdnd

import (
	"slices"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// atoms are the names of the protocol, as the X server numbers them.
type atoms struct {
	aware, proxy, enter, position, status, leave, drop, finished xproto.Atom

	selection, typeList, actionCopy, uriList, incr xproto.Atom
}

func intern(conn *xgb.Conn) (a atoms, err error) {
	for _, n := range []struct {
		atom *xproto.Atom
		name string
	}{
		{&a.aware, "XdndAware"}, {&a.proxy, "XdndProxy"}, {&a.enter, "XdndEnter"}, {&a.position, "XdndPosition"}, {&a.status, "XdndStatus"},
		{&a.leave, "XdndLeave"}, {&a.drop, "XdndDrop"}, {&a.finished, "XdndFinished"}, {&a.selection, "XdndSelection"},
		{&a.typeList, "XdndTypeList"}, {&a.actionCopy, "XdndActionCopy"}, {&a.uriList, "text/uri-list"}, {&a.incr, "INCR"},
	} {
		reply, err := xproto.InternAtom(conn, false, uint16(len(n.name)), n.name).Reply()
		if err != nil {
			return a, err
		}
		*n.atom = reply.Atom
	}
	return a, nil
}

// hover is what is being dragged over the window.
type hover struct {
	source  xproto.Window // 0: nothing
	version uint32
	files   bool // it is offered as a list of files
}

// Parts of the messages.
const (
	flagTypeList    = 1 // XdndEnter: there are more than three types, in a property of the source
	flagAccept      = 1 // XdndStatus, XdndFinished
	versionFinished = 2 // the first that has XdndFinished, and actions
	maxTypes        = 1024
)

// message handles a message of a source. window is the toolkit's, or our own if the
// source named that by mistake: answers have to name the same window.
func (t *Target) message(kind xproto.Atom, window xproto.Window, data []uint32) {
	source := xproto.Window(data[0])
	switch kind {
	case t.atoms.enter:
		t.hover = hover{source: source, version: data[1] >> 24}
		if t.hover.version <= version {
			t.hover.files = slices.Contains(t.types(source, data), t.atoms.uriList)
		}
	case t.atoms.position:
		var accept uint32
		var action xproto.Atom
		if t.hover.source == source && t.hover.files && t.transfer == nil {
			accept, action = flagAccept, t.atoms.actionCopy
		}
		t.send(source, t.atoms.status, window, accept, 0, 0, uint32(action))
	case t.atoms.leave:
		if t.hover.source == source {
			t.hover = hover{}
		}
	case t.atoms.drop:
		h := t.hover
		if h.source == source {
			t.hover = hover{}
		}
		if h.source != source || !h.files || t.transfer != nil {
			t.log.Warn("a drop that was not agreed on is refused", "busy", t.transfer != nil)
			t.finish(source, window, h.version, false)
			return
		}
		t.begin(h, window, xproto.Timestamp(data[2]))
	}
}

// types are the forms in which a source offers what is dragged.
func (t *Target) types(source xproto.Window, data []uint32) []xproto.Atom {
	var all []xproto.Atom
	if data[1]&flagTypeList == 0 {
		for _, atom := range data[2:] {
			all = append(all, xproto.Atom(atom))
		}
		return all
	}
	reply, err := xproto.GetProperty(t.conn, false, source, t.atoms.typeList, xproto.AtomAtom, 0, maxTypes).Reply()
	if err != nil || reply.Format != 32 {
		t.log.Warn("a drag source does not say what it offers", "error", err)
		return nil
	}
	for at := 0; at+4 <= len(reply.Value); at += 4 {
		all = append(all, xproto.Atom(xgb.Get32(reply.Value[at:])))
	}
	return all
}

// finish tells a source that its drop is done.
func (t *Target) finish(source, window xproto.Window, spoken uint32, taken bool) {
	var flag uint32
	var action xproto.Atom
	if taken {
		flag, action = flagAccept, t.atoms.actionCopy
	}
	if spoken >= versionFinished {
		t.send(source, t.atoms.finished, window, flag, uint32(action), 0, 0)
	}
}

// send sends a message to a source, in the name of window.
func (t *Target) send(source xproto.Window, kind xproto.Atom, window xproto.Window, rest ...uint32) {
	message := xproto.ClientMessageEvent{Format: 32, Window: source, Type: kind,
		Data: xproto.ClientMessageDataUnionData32New(append([]uint32{uint32(window)}, rest...))}
	xproto.SendEvent(t.conn, false, source, xproto.EventMaskNoEvent, string(message.Bytes()))
}
