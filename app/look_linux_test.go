//go:build !headless

package main

import (
	"context"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/ui/uitest"
)

// A person finds things in the window by what they say.

// await waits until the window shows what as looks for. If it never does, the
// test fails and says what the window shows instead.
func (p *person) await(what string, as func(shown []uitest.Thing) bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var last []uitest.Thing
	for {
		shown, err := uitest.Look(ctx, p.socket)
		if err == nil {
			last = shown
			if as(shown) {
				return
			}
		}
		select {
		case <-ctx.Done():
			var lines strings.Builder
			for _, thing := range last {
				fmt.Fprintln(&lines, thing)
			}
			p.t.Fatalf("waited too long for %s (%v); the window shows:\n%s", what, err, &lines)
		case <-tick.C:
		}
	}
}

// find waits until as accepts exactly one thing, which has come to rest.
func (p *person) find(what string, as func(uitest.Thing) bool) uitest.Thing {
	p.t.Helper()
	var found uitest.Thing
	p.await(what, func(shown []uitest.Thing) bool {
		before := found
		var n int
		for _, thing := range shown {
			if as(thing) {
				found = thing
				n++
			}
		}
		return n == 1 && found == before
	})
	return found
}

// reads waits until the window says all of these words. Each must be within one
// thing that is not covered.
func (p *person) reads(words ...string) {
	p.t.Helper()
	for _, w := range words {
		p.await(strconv.Quote(w), func(shown []uitest.Thing) bool { return says(shown, w) })
	}
}

// readsNot waits until the window doesn't say any of these words.
func (p *person) readsNot(words ...string) {
	p.t.Helper()
	for _, w := range words {
		p.await("no "+strconv.Quote(w), func(shown []uitest.Thing) bool { return !says(shown, w) })
	}
}

func says(shown []uitest.Thing, words string) bool {
	return slices.ContainsFunc(shown, func(t uitest.Thing) bool { return !t.Covered && strings.Contains(t.Says, words) })
}

// counts waits until the status bar says that so many files are stored, or more.
func (p *person) counts(atLeast int) {
	p.t.Helper()
	p.await(fmt.Sprint(atLeast, " stored files"), func(shown []uitest.Thing) bool {
		return slices.ContainsFunc(shown, func(t uitest.Thing) bool {
			var stored, all int
			_, err := fmt.Sscanf(t.Says, "%d of %d files", &stored, &all)
			return err == nil && stored >= atLeast
		})
	})
}

// click clicks what says exactly these words.
func (p *person) click(words string) {
	p.t.Helper()
	p.clickOn(p.find(strconv.Quote(words)+" to click", func(t uitest.Thing) bool { return t.Clickable && t.Says == words }))
}

// tick clicks on a check box and waits until it is ticked.
func (p *person) tick(words string) {
	p.t.Helper()
	p.click(words)
	p.await(words+" to be ticked", func(shown []uitest.Thing) bool {
		return slices.ContainsFunc(shown, func(t uitest.Thing) bool { return t.Kind == uitest.Check && t.Says == words && t.Checked })
	})
}

func (p *person) clickOn(t uitest.Thing) {
	p.t.Helper()
	at := middle(t)
	p.x("mousemove", "--window", p.window, strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1")
}

func middle(t uitest.Thing) image.Point { return t.At.Min.Add(t.At.Max).Div(2) }

// fill clicks on the field beside a label and replaces what is in it.
func (p *person) fill(label, text string) {
	p.t.Helper()
	p.clickOn(p.field(label, func(t uitest.Thing) bool { return t.Clickable }))
	p.write(label, text)
}

// write replaces what is in the field beside a label, which has the focus, and
// waits until the field holds it.
func (p *person) write(label, text string) {
	p.t.Helper()
	p.field(label, func(t uitest.Thing) bool { return t.Focused })
	p.x("key", "ctrl+a", "type", "--delay", "4", text)
	p.holds(label, text)
}

// holds waits until the field beside a label has a value.
func (p *person) holds(label, value string) {
	p.t.Helper()
	p.field(label, func(t uitest.Thing) bool { return t.Value == value })
}

// field waits until as accepts the field beside a label, which has come to rest.
// It is the first one to the right of the words.
func (p *person) field(label string, as func(uitest.Thing) bool) uitest.Thing {
	p.t.Helper()
	var found, before uitest.Thing
	p.await("the field "+label, func(shown []uitest.Thing) bool {
		at := slices.IndexFunc(shown, func(t uitest.Thing) bool { return !t.Covered && t.Kind == uitest.Text && t.Says == label })
		if at < 0 {
			return false
		}
		beside := slices.IndexFunc(shown[at:], func(t uitest.Thing) bool {
			return (t.Kind == uitest.Entry || t.Kind == uitest.Choice) && t.At.Min.X >= shown[at].At.Max.X &&
				t.At.Min.Y < shown[at].At.Max.Y && t.At.Max.Y > shown[at].At.Min.Y
		})
		if beside < 0 {
			return false
		}
		before, found = found, shown[at+beside]
		return as(found) && found == before
	})
	return found
}
