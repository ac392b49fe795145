package core

import (
	"strings"
	"unicode"
)

// Blank reports whether r is white space or an invisible mark that other systems
// leave around texts: a byte order mark, a zero-width space, or the direction
// marks that Windows puts before a copied path.
func Blank(r rune) bool {
	switch {
	case unicode.IsSpace(r), r == '\ufeff', r == '\u200b':
		return true
	case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}

// Trimmed returns text without the blanks around it.
func Trimmed(text string) string { return strings.TrimFunc(text, Blank) }

// Items splits a list at blanks and at any of the separators.
func Items(list, separators string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return Blank(r) || strings.ContainsRune(separators, r) })
}
