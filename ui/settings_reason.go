package ui

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

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

// problemSummary names the rows that keep a form from being saved, at most
// three, and whatever is wrong outside them.
func problemSummary(t *text, fields []*field, problems []core.FieldError) string {
	if len(problems) == 0 {
		return ""
	}
	const most = 3
	names := ""
	for i, e := range problems {
		if i == most {
			names += " …"
			break
		}
		name := e.Field
		for _, fl := range fields {
			if fl.key == e.Field && fl.label != "" {
				name = fl.label
				break
			}
		}
		if i > 0 {
			names += ", "
		}
		names += name
	}
	return t.s("settings.problems", args{"Names": names})
}

// explained says an error in one text: what happened and what to do.
func explained(t *text, err error) string {
	if errors.Is(err, fs.ErrExist) && core.CodeOf(err) == core.CodeProfileInvalid {
		return t.s("settings.name_taken")
	}
	sentence, advice := t.explain(core.AsError(err))
	sentence = capital(sentence)
	if !strings.HasSuffix(sentence, ".") {
		sentence += "."
	}
	if advice == "" {
		return sentence
	}
	return sentence + " " + capital(advice)
}

// millis says a short time: "0.3 ms", "41 ms", "2.8 s".
func millis(t *text, d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case d >= time.Minute:
		return t.duration(d)
	case d >= 10*time.Second:
		return t.decimal(d.Seconds(), false) + nbsp + t.s("unit.second")
	case d >= time.Second:
		return t.decimal(d.Seconds(), true) + nbsp + t.s("unit.second")
	case ms >= 10:
		return t.decimal(ms, false) + nbsp + t.s("unit.millisecond")
	default:
		return t.decimal(ms, true) + nbsp + t.s("unit.millisecond")
	}
}
