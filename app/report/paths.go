package report

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/artstore/ingester/core"
)

// Paths turns absolute paths back into the form that the user wrote.
type Paths struct{ abs, as []string }

// NewPaths takes the paths as the user wrote them on the command line.
func NewPaths(given []string) *Paths {
	p := &Paths{}
	for _, g := range given {
		if abs, err := filepath.Abs(g); err == nil {
			p.abs, p.as = append(p.abs, abs), append(p.as, g)
		}
	}
	return p
}

// Follow adds the targets of links that the user named.
func (p *Paths) Follow(roots []core.Root) {
	for _, r := range roots {
		if !slices.Contains(p.abs, r.Path) {
			p.abs, p.as = append(p.abs, r.Path), append(p.as, r.Named)
		}
	}
}

// Of is an absolute path as the user would write it.
func (p *Paths) Of(abs string) string {
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

// RawPath is the bytes of a path that is not UTF-8, which JSON text can't hold. For
// all others it is nil.
func RawPath(path string) []byte {
	if utf8.ValidString(path) {
		return nil
	}
	return []byte(path)
}

// Printable makes control and direction characters in names visible: a name must not
// move the cursor or imitate a line of the report. Bytes that are no UTF-8 are shown as
// \xe9, so that different names look different.
func Printable(text string) string {
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
