package viewtest

import (
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/wording"
)

// English are the texts in English.
func English(t *testing.T) *wording.Text { return Speaking(t, "en") }

// Speaking are the texts in a language.
func Speaking(t *testing.T, language string) *wording.Text {
	t.Helper()
	out, err := wording.NewText(language)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Spaced replaces no-break spaces by plain ones.
func Spaced(s string) string { return strings.ReplaceAll(s, wording.NBSP, " ") }
