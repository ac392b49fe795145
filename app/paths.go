package main

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

// paths turns absolute paths back into the form that the user wrote.
type paths struct{ abs, as []string }

func newPaths(given []string) *paths {
	p := &paths{}
	for _, g := range given {
		if abs, err := filepath.Abs(g); err == nil {
			p.abs, p.as = append(p.abs, abs), append(p.as, g)
		}
	}
	return p
}

// follow adds where links lead that the user named.
func (p *paths) follow(roots []core.Root) {
	for _, r := range roots {
		if !slices.Contains(p.abs, r.Path) {
			p.abs, p.as = append(p.abs, r.Path), append(p.as, r.Named)
		}
	}
}

func (p *paths) of(abs string) string {
	if i := slices.Index(p.abs, abs); i >= 0 {
		return p.as[i]
	}
	for i, root := range p.abs {
		if rest, ok := strings.CutPrefix(abs, strings.TrimRight(root, string(filepath.Separator))+string(filepath.Separator)); ok {
			return filepath.Join(p.as[i], rest)
		}
	}
	return abs
}

// rawPath is a path as JSON can't say it: names are bytes, and those that are
// not UTF-8 would lose them. For all others it is nil.
func rawPath(path string) []byte {
	if utf8.ValidString(path) {
		return nil
	}
	return []byte(path)
}

// printable makes control and direction characters of foreign names visible:
// a name must not move the cursor or fake a line. Bytes that are no character
// are shown as \xe9, so that two names stay two.
func printable(text string) string {
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			quoted := strconv.Quote(text[i : i+1])
			b.WriteString(quoted[1 : len(quoted)-1])
		case core.Unseen(r):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
