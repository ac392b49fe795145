package core

import (
	"strings"
	"unicode"
)

// OneLine makes a text from elsewhere fit to be shown: one line of valid UTF-8
// without invisible characters. A text of more than limit characters is cut and
// mark appended.
func OneLine(text string, limit int, mark string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case Unseen(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit]) + mark
	}
	return text
}
