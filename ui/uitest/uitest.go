// Package uitest reports to an end-to-end test what a real window shows and
// where, so that the test finds things by what they say.
//
// A test binary that runs as the program calls Serve before the program begins.
// The test asks with Look, and then moves the mouse and types as a person does.
// The package is for tests only: nothing else imports it, so that no build of
// the program has it.
package uitest

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"net"

	"fyne.io/fyne/v2"
)

// Kind is what a Thing is.
type Kind string

// The kinds.
const (
	Text   Kind = "text"
	Button Kind = "button" // whatever can be clicked: a tab, a row, an entry of a menu
	Link   Kind = "link"
	Check  Kind = "check"
	Entry  Kind = "entry"  // takes text
	Choice Kind = "choice" // one of several values
)

// Thing is one thing that a window shows.
type Thing struct {
	Kind Kind
	// Says is its words, as a screen reader would say them; of an Entry, its
	// hint.
	Says string
	// Value is what an Entry or a Choice holds.
	Value string
	// At is the part of it that can be seen, in pixels from the window's corner.
	At image.Rectangle
	// Clickable says that it, or what it is a part of, takes clicks: it is
	// neither disabled nor covered.
	Clickable bool
	Checked   bool
	Focused   bool
	// Covered says that a dialog or a menu lies above it and takes the clicks.
	Covered bool
}

// String describes the thing in a line, for the log of a test that failed.
func (t Thing) String() string {
	s := fmt.Sprintf("%s %q", t.Kind, t.Says)
	if t.Value != "" {
		s += fmt.Sprintf(" = %q", t.Value)
	}
	for _, mark := range []struct {
		is   bool
		word string
	}{{t.Clickable, "clickable"}, {t.Checked, "checked"}, {t.Focused, "focused"}, {t.Covered, "covered"}} {
		if mark.is {
			s += ", " + mark.word
		}
	}
	return fmt.Sprint(s, " at ", t.At)
}

// Serve listens on the Unix socket at path. Each connection gets what the
// program's windows show at that moment, and is closed. It serves until the
// process ends.
func Serve(ctx context.Context, path string) error { return serve(ctx, path, fyne.DoAndWait) }

// serve is Serve with what runs a function on the UI goroutine and waits for it.
func serve(ctx context.Context, path string, do func(func())) error {
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			var shown []Thing
			do(func() { shown = things(fyne.CurrentApp().Driver().AllWindows()) })
			_ = json.NewEncoder(conn).Encode(shown) // a test that gets half of it fails
			_ = conn.Close()
		}
	}()
	return nil
}

// Look asks the program that serves path what its windows show. What lies below
// comes first, and within that the order is that of the Tab key.
func Look(ctx context.Context, path string) ([]Thing, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // only read
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	var shown []Thing
	err = json.NewDecoder(conn).Decode(&shown)
	return shown, err
}
