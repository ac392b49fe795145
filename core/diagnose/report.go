package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// Line is a step as `ingester check --json` prints it, one object on each line.
type Line struct {
	core.Step
	Seconds float64  `json:"seconds"`
	Error   *Failure `json:"error,omitempty"`
}

// Failure is the error of a Line.
type Failure struct {
	Kind    core.Kind `json:"kind"`
	Code    core.Code `json:"code"`
	Status  int       `json:"status,omitempty"` // HTTP status
	Message string    `json:"message"`
}

// LineOf returns the Line of a step.
func LineOf(step core.Step) Line {
	line := Line{Step: step, Seconds: step.Took.Round(100 * time.Microsecond).Seconds()}
	if e := step.Err; e != nil {
		line.Error = &Failure{Kind: e.Kind, Code: e.Code, Status: e.Status, Message: sentence(e)}
	}
	return line
}

// Text returns a report to send to those who help: one line for each step, with the
// failure and the advice below it. It contains no secret, because no step does. Columns
// are fixed, so that steps can also be printed one by one.
func Text(steps []core.Step) string {
	var b strings.Builder
	for _, step := range steps {
		took := ""
		if step.Took > 0 {
			took = fmt.Sprintf("%.1f ms", float64(step.Took)/float64(time.Millisecond))
		}
		status := strings.ReplaceAll(string(step.Status), "_", " ")
		row := fmt.Sprintf("%-11s  %-8s  %-18s  %10s  %s", status, step.Target, step.Name, took, step.Detail)
		b.WriteString(strings.TrimRight(row, " ") + "\n")
		if step.Err != nil {
			fmt.Fprintf(&b, "    %s [%s]\n", sentence(step.Err), step.Err.Code)
		}
		if step.Advice != "" {
			fmt.Fprintf(&b, "    → %s\n", step.Advice)
		}
	}
	return b.String()
}

// sentence returns an error's message with the server's text. The cause is left out, as
// nothing is known about its text.
func sentence(e *core.Error) string {
	text := e.Message
	if text == "" {
		text = string(e.Code)
	}
	if e.ServerText != "" {
		text = strings.TrimRight(text, ".") + ": " + e.ServerText
	}
	return text
}
