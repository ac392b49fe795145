package core

import "unicode"

// Unseen reports whether r shows nothing of itself, but changes where other text
// stands or in which direction it reads: control characters, separators of lines
// and paragraphs, marks of direction (Unicode TR9), and the byte order mark. A text
// that somebody else chose must not be shown with one. What joins letters and
// emoji is not among them.
func Unseen(r rune) bool {
	switch {
	case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	}
	switch r {
	case '\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\ufeff':
		return true
	}
	return false
}
