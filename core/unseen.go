package core

import "unicode"

// Unseen reports whether r is invisible but changes the position or direction of
// other text: control characters, line and paragraph separators, direction marks
// (Unicode TR9), and the byte order mark. A text from elsewhere must not be shown
// with one. Joiners of letters and emoji are not among them.
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
