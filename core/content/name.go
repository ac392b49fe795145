package content

import (
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

const (
	// maxNameBytes is the longest file name that common file systems take.
	maxNameBytes = 255
	// maxExtensionBytes is the longest extension that a cut keeps.
	maxExtensionBytes = 32
	// nameless stands for a name of which nothing is left.
	nameless = "file"
)

// SafeName makes a file name that any server can take: the base name only,
// in NFC, with "_" for control and line-breaking characters, marks that
// reverse the reading direction, backslashes and invalid UTF-8, of at most
// 255 bytes with its extension kept. Everything else stays as people wrote
// it. The queue keeps the true name.
func SafeName(name string) string {
	var b strings.Builder
	for _, r := range path.Base(name) { // invalid bytes come as U+FFFD, one each
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

// shorten cuts the middle out of a long name: its beginning and its extension
// stay.
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
