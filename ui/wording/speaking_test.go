package wording

import (
	"strings"
	"testing"
)

// english are the texts in English.
func english(t *testing.T) *Text { return speaking(t, "en") }

// speaking are the texts in a language.
func speaking(t *testing.T, language string) *Text {
	t.Helper()
	out, err := NewText(language)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spaced replaces no-break spaces by plain ones.
func spaced(s string) string { return strings.ReplaceAll(s, NBSP, " ") }
