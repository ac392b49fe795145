// Package docs holds the documents. Its tests hold them against the source.
package docs

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the picture of the rooms into architecture.md")

const (
	architecture = "architecture.md"
	beginRooms   = "<!-- rooms: made by `make rooms` -->\n"
	endRooms     = "<!-- end of rooms -->\n"
)

// The picture of the rooms in architecture.md is that of the source.
func TestRooms(t *testing.T) {
	text := read(t, architecture)
	before, rest, begins := strings.Cut(text, beginRooms)
	_, after, ends := strings.Cut(rest, endRooms)
	if !begins || !ends {
		t.Fatalf("%s has no place for the picture", architecture)
	}
	house := readHouse(t)
	for _, r := range house {
		if r.purpose == "" {
			t.Errorf("%s has no doc comment that says its purpose", r.path)
		}
	}
	want := before + beginRooms + "\n" + house.picture() + "\n" + house.table() + "\n" + endRooms + after
	switch {
	case text == want:
	case *update:
		if err := os.WriteFile(architecture, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("The picture of the rooms in docs/%s is not that of the source any more. Run `make rooms`.", architecture)
	}
}

// picture draws the rooms and their imports. An import is left out where others
// lead to the same room, so that the picture stays readable.
func (h house) picture() string {
	var b strings.Builder
	b.WriteString("```mermaid\nflowchart TD\n")
	group := ""
	for _, r := range h.sorted(byPath) {
		if top, _, _ := strings.Cut(r.path, "/"); top != group {
			if group != "" {
				b.WriteString("    end\n")
			}
			group = top
			fmt.Fprintf(&b, "    subgraph %s_rooms [%s]\n", group, group)
		}
		fmt.Fprintf(&b, "        %s[%s]\n", node(r.path), strings.TrimPrefix(r.path, "core/"))
	}
	b.WriteString("    end\n")
	for _, r := range h.sorted(byFloor) {
		var to []string
		for _, below := range r.imports {
			if !h.leadsElsewhere(r, below) {
				to = append(to, node(below))
			}
		}
		if len(to) > 0 {
			fmt.Fprintf(&b, "    %s --> %s\n", node(r.path), strings.Join(to, " & "))
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// leadsElsewhere reports whether r reaches the room below also through another
// room that it imports.
func (h house) leadsElsewhere(r *room, below string) bool {
	return slices.ContainsFunc(r.imports, func(other string) bool { return other != below && h.reaches(other, below) })
}

func (h house) reaches(from, to string) bool {
	return slices.ContainsFunc(h[from].imports, func(next string) bool { return next == to || h.reaches(next, to) })
}

// table lists the rooms from the top floor down, each with its purpose.
func (h house) table() string {
	var b strings.Builder
	b.WriteString("| floor | room | what it does |\n|---|---|---|\n")
	for _, r := range h.sorted(byFloor) {
		fmt.Fprintf(&b, "| %d | `%s` | %s |\n", h.floor(r.path), r.path, r.purpose)
	}
	return b.String()
}

// floor is how many rooms lie below, one above the other.
func (h house) floor(of string) int {
	floor := 0
	for _, below := range h[of].imports {
		floor = max(floor, 1+h.floor(below))
	}
	return floor
}

func byPath(_ house, a, b *room) int { return cmp.Compare(a.path, b.path) }

func byFloor(h house, a, b *room) int {
	return cmp.Or(cmp.Compare(h.floor(b.path), h.floor(a.path)), cmp.Compare(a.path, b.path))
}

// node is the name of a room in the picture.
func node(room string) string { return strings.ReplaceAll(room, "/", "_") }

var (
	goFile = regexp.MustCompile("`([a-z0-9_/]+\\.go)`")
	goName = regexp.MustCompile("`([a-z0-9]+)\\.([A-Za-z.]+)`")
)

// The files that the architecture and the rules of delivery name exist.
func TestNamedFiles(t *testing.T) {
	for _, found := range goFile.FindAllStringSubmatch(read(t, architecture)+read(t, "delivery.md"), -1) {
		if file := found[1]; !slices.ContainsFunc([]string{"", "core", "ui"}, func(dir string) bool {
			_, err := os.Stat(path.Join("..", dir, file))
			return err == nil
		}) {
			t.Errorf("there is no file %s", file)
		}
	}
}

// Everything that the way of a file leads through exists by that name.
func TestWayOfAFile(t *testing.T) {
	_, section, found := strings.Cut(read(t, architecture), "\n## The way of a file\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !found {
		t.Fatal("there is no way of a file")
	}
	house := readHouse(t)
	names := map[string]bool{}
	for _, r := range house {
		for name := range r.names {
			names[path.Base(r.path)+"."+name] = true
		}
	}
	found = false
	for _, name := range goName.FindAllStringSubmatch(section, -1) {
		found = true
		if !names[name[1]+"."+name[2]] {
			t.Errorf("there is no %s.%s", name[1], name[2])
		}
	}
	if !found {
		t.Error("the way of a file leads nowhere")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
