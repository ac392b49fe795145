package report

import (
	"fmt"
	"strings"

	"github.com/artstore/ingester/core"
)

// RecoveredLine is the JSON of a queue that was damaged.
type RecoveredLine struct {
	Event string `json:"event"`
	core.Recovery
	PathBytes    []byte   `json:"path_bytes,omitempty"`
	FoldersBytes [][]byte `json:"folders_bytes,omitempty"` // where one of Folders is not UTF-8
	Saved        int      `json:"saved"`
	Lost         int      `json:"lost"`
}

// Recovered implements Reporter.
func (r *textReporter) Recovered(found core.Recovery) {
	r.line(r.err, "recovered  %s", recoveredWords(found))
	if len(found.Folders) > 0 && !found.Complete() {
		r.line(r.err, "           Upload these folders again; what is known is skipped: %s", Printable(strings.Join(found.Folders, ", ")))
	}
}

// Recovered implements Reporter.
func (r *jsonReporter) Recovered(found core.Recovery) {
	l := RecoveredLine{Event: "recovered", Recovery: found, PathBytes: RawPath(found.Path), Saved: found.Saved(), Lost: found.Lost()}
	for _, dir := range found.Folders {
		if RawPath(dir) != nil {
			for _, dir := range found.Folders {
				l.FoldersBytes = append(l.FoldersBytes, []byte(dir))
			}
			break
		}
	}
	r.write(l)
}

// recoveredWords say what was saved, what was lost, and where the old database is.
func recoveredWords(r core.Recovery) string {
	text := fmt.Sprintf("the queue was damaged (%s). Saved: %s of the queue, %d of the history. ", r.Cause, entries(r.Queued), r.Stored)
	switch {
	case r.Complete():
		text += "Nothing is lost."
	case r.Uncounted && r.Lost() == 0:
		text += "Others may be missing."
	default:
		text += fmt.Sprintf("Lost: %s of the queue, %d of the history", entries(r.LostQueued), r.LostStored)
		if r.Uncounted {
			text += ", perhaps more"
		}
		text += "."
	}
	if r.Asked > 0 {
		text += fmt.Sprintf(" The server may have %d of the files that were saved: it is asked before they are sent.", r.Asked)
	}
	return Printable(text + " The damaged database is kept as " + r.Path)
}

// entries counts entries of the queue, not the user's files: those are not lost.
func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}
