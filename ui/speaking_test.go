package ui

import "testing"

// english are the texts in English.
func english(t *testing.T) *text { return speaking(t, "en") }

// speaking are the texts in a language.
func speaking(t *testing.T, language string) *text {
	t.Helper()
	out, err := newText(language)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spaced writes plain spaces for those that keep a line together.
func spaced(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r == '\u00a0' {
			out[i] = ' '
		}
	}
	return string(out)
}
