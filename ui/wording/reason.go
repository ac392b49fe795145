package wording

import (
	"strconv"

	"github.com/artstore/ingester/core"
)

// Reason says what is wrong with a field. Its reason may be the code of an
// error.
func (t *Text) Reason(e core.FieldError) string {
	if m, ok := messages[core.Code(e.Reason)]; ok {
		words := Capital(t.S(m.sentence)) + "."
		if m.advice == "advice.certificates" || m.advice == "advice.identity" { // the user is there
			return words
		}
		return words + " " + t.S(m.advice)
	}
	fill := Args{"Detail": e.Detail}
	if e.Reason == core.ReasonRange {
		low, high := 0, 0
		switch e.Field {
		case "upload.ttl_days":
			low, high = 1, core.MaxTTLDays
		case "upload.concurrency":
			high = core.MaxConcurrency
		}
		fill = Args{"Low": strconv.Itoa(low), "High": strconv.Itoa(high)}
	}
	key := "settings.reason." + string(e.Reason)
	if !t.Has(key) {
		return e.Error()
	}
	return t.S(key, fill)
}
