package wording

import (
	"strings"

	"github.com/artstore/ingester/core"
)

// Fact is a line of a details dialog.
type Fact struct{ Name, Value string }

// CauseFacts are the technical lines of an error.
func (t *Text) CauseFacts(e *core.Error) []Fact {
	if e == nil {
		return nil
	}
	var out []Fact
	if e.ServerText != "" || e.ServerCode != "" {
		out = append(out, Fact{t.S("fact.answer"), Plain(strings.TrimSpace(e.ServerCode + " " + e.ServerText))})
	}
	return append(out, Fact{t.S("fact.cause"), Plain(e.Error()) + " [" + string(e.Code) + "]"})
}
