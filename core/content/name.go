package content

import (
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

const (
	// maxNameBytes is the longest file name that common file systems allow.
	maxNameBytes = 255
	// maxExtensionBytes is the longest extension that is kept when a name is
	// shortened.
	maxExtensionBytes = 32
	// nameless replaces a name of which nothing is left.
	nameless = "file"
)

// SafeName returns a file name that any server accepts: the base name only, in NFC, with
// "_" for control and line-breaking characters, marks that reverse the reading
// direction, backslashes and invalid UTF-8. It has at most 255 bytes, and keeps its
// extension. Everything else stays as it was. The queue keeps the original name.
func SafeName(name string) string {
	var b strings.Builder
	for _, r := range path.Base(name) { // each invalid byte gives one U+FFFD
		if unsafeRune(r) {
			r = '_'
		}
		b.WriteRune(r)
	}
	safe := shorten(norm.NFC.String(b.String()))
	switch strings.Trim(safe, " ") {
	case "", ".", "..", "/":
		return nameless
	}
	return safe
}

func unsafeRune(r rune) bool {
	return r == utf8.RuneError || r == '\\' || core.Unseen(r)
}

// shorten cuts the middle out of a long name and keeps its beginning and extension.
func shorten(name string) string {
	if len(name) <= maxNameBytes {
		return name
	}
	extension := path.Ext(name)
	if len(extension) > maxExtensionBytes {
		extension = ""
	}
	stem := name[:maxNameBytes-len(extension)]
	for !utf8.RuneStart(name[len(stem)]) {
		stem = stem[:len(stem)-1]
	}
	return stem + extension
}
