package ui

import (
	"strconv"

	"github.com/artstore/ingester/core"
)

// reasonText says what is wrong with a field, in the language of t. The reason
// may be the code of an error.
func reasonText(t *text, e core.FieldError) string {
	if m, ok := messages[core.Code(e.Reason)]; ok {
		words := capital(t.s(m.sentence)) + "."
		if m.advice == "advice.certificates" || m.advice == "advice.identity" { // one is there
			return words
		}
		return words + " " + t.s(m.advice)
	}
	fill := args{"Detail": e.Detail}
	if e.Reason == core.ReasonRange {
		low, high := 0, 0
		switch e.Field {
		case "upload.ttl_days":
			low, high = 1, core.MaxTTLDays
		case "upload.concurrency":
			high = core.MaxConcurrency
		}
		fill = args{"Low": strconv.Itoa(low), "High": strconv.Itoa(high)}
	}
	key := "settings.reason." + string(e.Reason)
	if !t.has(key) {
		return e.Error()
	}
	return t.s(key, fill)
}
