//go:build !headless

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDroppedListsArrive: lists that come in pieces, foreign addresses among
// files, and a program that dies while it is asked. All of it goes past the
// toolkit, which loses such lists; the last drops go to it.
func TestDroppedListsArrive(t *testing.T) {
	t.Parallel()
	p := newPerson(t, "drops-")
	logged := func(words string) int {
		log, err := os.ReadFile(filepath.Join(p.home, "ingester", "ingester.log"))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, words) {
				n++
			}
		}
		return n
	}
	p.open("--sandbox")
	p.see("empty", "Drop files or folders here", "Connected")
	const many = 400 // names of 700 bytes each as addresses have them
	contents := map[string][]byte{}
	for i := range many {
		contents[fmt.Sprintf("%s %03d", strings.Repeat("очень длинное имя ", 7), i)] = fmt.Append(nil, i)
	}
	paths := writeFiles(t, contents)
	p.drop(paths...)
	for name := range p.awaitStored(many) {
		delete(contents, name)
	}
	if len(contents) > 0 {
		t.Errorf("%d names are not in the history", len(contents))
	}
	if logged("files were dropped") != 1 || logged("pieces=true") != 1 {
		t.Error("the list did not come in pieces, or not by the proxy")
	}

	files := writeFiles(t, map[string][]byte{"good": []byte("g"), "foreign": []byte("f")})
	place := func(name string) string { return filepath.Join(filepath.Dir(files[0]), name) }
	p.drop(place("good"), place("missing"), "https://example.invalid/x", "file://otherhost"+place("foreign"), "file://nohost-no-slash")
	p.awaitStored(many + 1)
	p.see("named", "All files have ended: 1 stored. · 4 skipped", "401 of 401 files", "all stored")
	p.click("Receipt")
	p.reads("Not a file of this computer", place("missing"), "https://example.invalid/x", "file://otherhost"+place("foreign"), "file://nohost-no-slash")
	p.keys("Escape")
	p.reads("Drop files or folders here")

	p.drop("--die", place("good"))
	eventually(t, "a drop that breaks off", func() bool { return logged("a drop did not arrive") == 1 })
	p.see("lost", "What was dropped did not arrive whole: nothing was added.")

	before := logged("files were dropped")
	if out, err := p.screen.command(t.TempDir(), "xprop", "-id", p.window, "-remove", "XdndProxy").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p.drop(writeFiles(t, map[string][]byte{"by the toolkit": []byte("t")})...)
	stored := p.awaitStored(many + 2)
	if logged("files were dropped") != before {
		t.Error("a source that knows no proxy is heard by it")
	}
	if _, ok := stored["foreign"]; ok {
		t.Error("a file of this computer was sent for another's")
	}
	p.drop(paths...)
	eventually(t, "a word on what the toolkit lost", func() bool { return logged("a drop past the proxy") == 1 })
	p.see("lost-by-the-toolkit", "What was dropped did not arrive whole: nothing was added.")
	p.end()
}
