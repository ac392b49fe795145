package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

const (
	maxText  = 200 // characters of a text that is not ours
	maxItems = 5   // of a list
)

// clean makes a text that a server chose fit to be shown: one line, no
// control or format characters, not too long.
func clean(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "")))
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText]) + "…"
	}
	return text
}

// list joins the first few items, each once.
func list(items []string) string {
	var shown []string
	more := 0
	for _, item := range items {
		item = clean(item)
		switch {
		case slices.Contains(shown, item):
		case len(shown) < maxItems:
			shown = append(shown, item)
		default:
			more++
		}
	}
	text := strings.Join(shown, ", ")
	if more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
