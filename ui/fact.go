package ui

import (
	"strings"

	"github.com/artstore/ingester/core"
)

// fact is a line of a details dialog.
type fact struct{ name, value string }

// causes are the technical lines of an error.
func (t *text) causes(e *core.Error) []fact {
	if e == nil {
		return nil
	}
	var out []fact
	if e.ServerText != "" || e.ServerCode != "" {
		out = append(out, fact{t.s("fact.answer"), plain(strings.TrimSpace(e.ServerCode + " " + e.ServerText))})
	}
	return append(out, fact{t.s("fact.cause"), plain(e.Error()) + " [" + string(e.Code) + "]"})
}
