package transport

import (
	"net/http"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// cutWords are in what servers say of a body whose end they have not seen: Go's
// net/http, Python's frameworks, gateways.
var cutWords = []string{"i/o timeout", "unexpected eof", "nextpart: eof", "timed out", "timeout", "deadline exceeded", "client disconnected"} //nolint:gochecknoglobals // a table

// CutShort makes a 408 of a 400 to a body that was not whole: a server that
// waits for a body only so long ends reading it, and most say 400 to what they
// have read. Nothing is wrong with the file then. partly says that a part of
// the body had left, and its end had not; a body that lay in the network's
// buffers is known by the server's words.
func CutShort(e *core.Error, partly bool) {
	words := strings.ToLower(e.ServerCode + " " + e.ServerText)
	said := slices.ContainsFunc(cutWords, func(known string) bool { return strings.Contains(words, known) })
	if e.Kind != core.KindServer || e.Status != http.StatusBadRequest || !partly && !said {
		return
	}
	e.Code, e.Message = core.CodeTimeout, "The server gave up before it had the whole file."
	if partly {
		e.Outcome = core.OutcomeCutOff
	}
}
