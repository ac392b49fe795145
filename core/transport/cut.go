package transport

import (
	"net/http"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// cutWords occur in the messages of servers about a body of which they have not seen
// the end: Go's net/http, Python's frameworks, gateways.
var cutWords = []string{"i/o timeout", "unexpected eof", "nextpart: eof", "timed out", "timeout", "deadline exceeded", "client disconnected"} //nolint:gochecknoglobals // a table

// CutShort turns a 400 to an incomplete body into a 408: a server that waits only so
// long for a body stops reading, and most then answer 400. The file is not at fault.
// partly says that a part of the body had been sent and its end had not. A body of
// which the end was still in network buffers is recognised by the server's message.
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
