package main

import (
	"encoding/json"
	"path"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
)

// jsonReporter writes one JSON object a line.
type jsonReporter struct {
	to   *output
	out  *json.Encoder // writes to to
	show *paths
	bar  *bar
}

func newJSONReporter(to *output, show *paths, bar *bar) *jsonReporter {
	out := json.NewEncoder(to)
	out.SetEscapeHTML(false)
	return &jsonReporter{to: to, out: out, show: show, bar: bar}
}

// transferLine is the JSON of a transfer that ended.
type transferLine struct {
	Event     string            `json:"event"`
	Path      string            `json:"path"`
	PathBytes []byte            `json:"path_bytes,omitempty"` // where Path is not UTF-8
	Name      string            `json:"name"`
	Size      int64             `json:"size"`
	State     core.State        `json:"state"`
	FileID    string            `json:"file_id,omitempty"`
	SHA256    string            `json:"sha256,omitempty"`
	Verified  bool              `json:"verified,omitempty"`
	Skipped   bool              `json:"skipped,omitempty"`   // stored before this run
	Finalised bool              `json:"finalised,omitempty"` // and made permanent by it
	Attempts  int               `json:"attempts"`
	Seconds   float64           `json:"seconds"`
	Error     *errorLine        `json:"error,omitempty"`
	Differs   []core.Difference `json:"differs,omitempty"` // what is kept otherwise than asked
	// AskedAgain is when the server is asked again for a file whose outcome is unknown.
	AskedAgain string `json:"asked_again,omitempty"`
}

// skippedLine is the JSON of what was left out.
type skippedLine struct {
	Event     string `json:"event"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"`
	Reason    string `json:"reason"`
}

// waitingLine is the JSON of what no file of the command can go on for.
type waitingLine struct {
	Event   string     `json:"event"`
	Until   time.Time  `json:"until"`
	Reason  string     `json:"reason"`
	Profile string     `json:"profile,omitempty"`
	Path    string     `json:"path,omitempty"`    // the folder below which files can't be read
	Unknown int        `json:"unknown,omitempty"` // files: the server is asked then whether it has stored them; nothing is sent
	Error   *errorLine `json:"error,omitempty"`
}

type errorLine struct {
	Kind    core.Kind `json:"kind"`
	Status  int       `json:"status"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
}

type summaryLine struct {
	Event    string         `json:"event"`
	Files    int            `json:"files"`
	Stored   int            `json:"stored"`
	Failed   int            `json:"failed"`
	Skipped  int            `json:"skipped"`
	Bytes    int64          `json:"bytes"`
	Seconds  float64        `json:"seconds"`
	ByReason map[string]int `json:"skipped_by_reason,omitempty"`
	Differ   int            `json:"differs,omitempty"` // files kept otherwise than asked
	Waiting  int            `json:"waiting,omitempty"` // of failed: in the queue still; the same command goes on
	// Left are files of earlier calls that wait for this server and account,
	// Elsewhere those that a profile of this name led to another.
	Left      int `json:"left,omitempty"`
	Elsewhere int `json:"left_elsewhere,omitempty"`
}

func (r *jsonReporter) scanned(s core.ScanProgress) { r.bar.scanned(s) }

func (r *jsonReporter) begin(files int, bytes int64) { r.bar.begin(files, bytes) }

func (r *jsonReporter) progress(t core.Transfer) { r.bar.progress(t) }

func (r *jsonReporter) ended(t core.Transfer, differs []core.Difference, took time.Duration) {
	l := r.lineOf(t)
	l.Differs = differs
	l.Seconds = took.Seconds()
	if t.State != core.StateStored {
		l.Error = errorLineOf(t.Error)
	}
	if t.State == core.StateUnknown && t.Doubtful() {
		l.AskedAgain = askedNext
	}
	r.write(l)
	if left, ok := unreadable(t); ok {
		r.write(skippedLine{"skipped", l.Path, l.PathBytes, skipReason(left.Reason)})
	}
}

func (r *jsonReporter) kept(t core.Transfer, halt *core.Error) {
	l := r.lineOf(t)
	l.State = core.StateFailed
	if halt == nil {
		l.State, halt = core.StateCancelled, &core.Error{Kind: core.KindCancelled, Message: "Interrupted; the same command goes on."}
	}
	l.Error = errorLineOf(halt)
	if t.Doubtful() {
		l.State, l.AskedAgain = core.StateUnknown, askedNext
		l.Error = errorLineOf(t.Error)
	}
	r.write(l)
}

func (r *jsonReporter) skipped(t core.Transfer, differs []core.Difference) {
	l := r.lineOf(t)
	l.Skipped, l.Attempts, l.Differs = true, 0, differs
	if t.Error != nil {
		l.Error = errorLineOf(t.Error)
	}
	r.write(l)
}

func (r *jsonReporter) madePermanent(t core.Transfer) {
	l := r.lineOf(t)
	l.Skipped, l.Finalised, l.Attempts = true, true, 0
	r.write(l)
}

// left tells twice of what can't be read: it failed too, unless the user said
// that such things may be left out.
func (r *jsonReporter) left(s core.Skipped, fails bool) {
	path := r.show.of(s.Path)
	if fails && isUnread(s) {
		r.write(transferLine{Event: "transfer", Path: path, PathBytes: rawPath(path), Name: filepath.Base(s.Path), State: core.StateFailed,
			Error: &errorLine{Kind: core.KindFile, Message: skipWords(s)}})
	}
	r.write(skippedLine{"skipped", path, rawPath(path), skipReason(s.Reason)})
}

func (r *jsonReporter) waiting(w news) {
	l := waitingLine{Event: "waiting", Until: w.Until.UTC().Truncate(time.Second), Reason: reasonWords(w.Reason), Profile: w.Profile, Path: w.Path, Unknown: w.asked}
	if w.Reason != nil {
		l.Error = errorLineOf(w.Reason)
	}
	r.write(l)
}

func (r *jsonReporter) summary(s summary, _ *core.Error) {
	r.bar.close()
	r.write(summaryLine{"summary", s.files, s.stored, s.failed, s.skipped, s.bytes, s.seconds, s.byReason, s.differ, s.waiting, s.behind, s.elsewhere})
}

func (r *jsonReporter) close() { r.bar.close() }

func (r *jsonReporter) write(v any) {
	r.bar.clear()
	if err := r.out.Encode(v); err != nil {
		r.to.fail(err)
	}
}

func (r *jsonReporter) lineOf(t core.Transfer) transferLine {
	shown := r.show.of(t.Source.Path)
	l := transferLine{Event: "transfer", Path: shown, PathBytes: rawPath(shown), Name: path.Base(t.Source.Name),
		Size: t.Source.Size, State: t.State, Attempts: t.Attempts}
	if t.Receipt != nil {
		l.FileID, l.SHA256, l.Verified = t.Receipt.FileID, string(t.Receipt.SHA256), true
	}
	return l
}

func errorLineOf(e *core.Error) *errorLine {
	if e == nil {
		return &errorLine{Kind: core.KindCancelled, Message: "cancelled"}
	}
	return &errorLine{Kind: e.Kind, Status: e.Status, Code: e.ServerCode, Message: e.Error()}
}
