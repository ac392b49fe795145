package report

import (
	"fmt"
	"strings"

	"github.com/artstore/ingester/core"
)

// askedNext is the word in JSON for when a server is asked again about a file of
// unknown outcome.
const askedNext = "next run"

// outcome is why a file is not known to be stored. If the server may have it, it says
// that the server will be asked again.
func outcome(t core.Transfer) string {
	if t.State == core.StateTaken {
		return "taken as arrived by the user, not verified"
	}
	if !t.Doubtful() {
		return Cause(t.Error)
	}
	return strings.TrimSuffix(Cause(t.Error), ".") + "; the next run asks the server again"
}

// InQueue is why a file in the queue is not stored, as far as that is known.
func InQueue(t core.Transfer) string {
	if t.Doubtful() && t.State != core.StateUnknown {
		return "the server may have it, and is asked: " + Cause(t.Error)
	}
	return Cause(t.Error)
}

// Cause is, for people, why a file is not stored.
func Cause(e *core.Error) string {
	if e == nil {
		return "cancelled"
	}
	return Printable(e.Error())
}

// FileID is the ID that the server has given a file.
func FileID(t core.Transfer) string {
	if t.Receipt == nil {
		return "unknown"
	}
	return t.Receipt.FileID
}

// reasonWords is an error's code as words.
func reasonWords(e *core.Error) string {
	if e == nil {
		return "it is away"
	}
	return strings.ReplaceAll(string(e.Code), "_", " ")
}

// Differences says how a server keeps a file otherwise than it was asked.
func Differences(differs []core.Difference, kept core.Options) string {
	words := make([]string, len(differs))
	for i, d := range differs {
		switch d.Field {
		case core.FieldRetention:
			days := ""
			if kept.TTLDays > 0 {
				days = ", " + Plural(kept.TTLDays, "day")
			}
			words[i] = fmt.Sprintf("kept as %s%s, not %s as asked", d.Got, days, d.Asked)
		case core.FieldTTLDays:
			words[i] = fmt.Sprintf("kept for %s days, not %s as asked", d.Got, d.Asked)
		case core.FieldExpires:
			words[i] = "kept until " + d.Got + ", not for good as asked"
		case core.FieldName:
			words[i] = fmt.Sprintf("named %q, not %q", d.Got, d.Asked)
		case core.FieldDescription:
			words[i] = fmt.Sprintf("described as %q, not %q as asked", d.Got, d.Asked)
		default:
			words[i] = fmt.Sprintf("with %s %s, not %s as asked", d.Field, orNone(d.Got), d.Asked)
		}
	}
	return strings.Join(words, "; ")
}

// Plural is a number and a noun, which gets an s unless the number is 1.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
