package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

const (
	maxText  = 200 // characters of a text that is not ours
	maxItems = 5   // of a list
)

// clean makes a text that a server chose fit to be shown.
func clean(text string) string { return core.OneLine(text, maxText, "…") }

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
