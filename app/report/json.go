package report

import (
	"encoding/json"
	"path"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
)

// jsonReporter writes JSON, one object a line.
type jsonReporter struct {
	to   *Output
	out  *json.Encoder // writes into to
	show *Paths
	bar  *bar
}

func newJSONReporter(to *Output, show *Paths, bar *bar) *jsonReporter {
	out := json.NewEncoder(to)
	out.SetEscapeHTML(false)
	return &jsonReporter{to: to, out: out, show: show, bar: bar}
}

// TransferLine is the JSON of a transfer that ended.
type TransferLine struct {
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
	Error     *ErrorLine        `json:"error,omitempty"`
	Differs   []core.Difference `json:"differs,omitempty"` // what the server keeps otherwise than asked
	// AskedAgain is when the server is asked again for a file whose outcome is unknown.
	AskedAgain string `json:"asked_again,omitempty"`
}

// SkippedLine is the JSON of what was left out.
type SkippedLine struct {
	Event     string `json:"event"`
	Path      string `json:"path"`
	PathBytes []byte `json:"path_bytes,omitempty"`
	Reason    string `json:"reason"`
}

// WaitingLine is the JSON of what the command waits for while no file can be sent.
type WaitingLine struct {
	Event   string     `json:"event"`
	Until   time.Time  `json:"until"`
	Reason  string     `json:"reason"`
	Profile string     `json:"profile,omitempty"`
	Path    string     `json:"path,omitempty"`    // the folder below which files can't be read
	Unknown int        `json:"unknown,omitempty"` // how many files the server is asked about then, whether it has stored them; nothing is sent
	Error   *ErrorLine `json:"error,omitempty"`
}

// ErrorLine is the JSON of why a file is not stored.
type ErrorLine struct {
	Kind    core.Kind `json:"kind"`
	Status  int       `json:"status"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
}

// SummaryLine is the JSON of how a command ended.
type SummaryLine struct {
	Event    string         `json:"event"`
	Files    int            `json:"files"`
	Stored   int            `json:"stored"`
	Failed   int            `json:"failed"`
	Skipped  int            `json:"skipped"`
	Bytes    int64          `json:"bytes"`
	Seconds  float64        `json:"seconds"`
	ByReason map[string]int `json:"skipped_by_reason,omitempty"`
	Differ   int            `json:"differs,omitempty"` // files kept otherwise than asked
	Waiting  int            `json:"waiting,omitempty"` // of failed: still in the queue; the same command continues
	// Left counts files of earlier calls that wait for this server and account,
	// Elsewhere those for another one to which a profile of this name led before.
	Left      int `json:"left,omitempty"`
	Elsewhere int `json:"left_elsewhere,omitempty"`
}

// Scanned implements Reporter.
func (r *jsonReporter) Scanned(s core.ScanProgress) { r.bar.scanned(s) }

// Begin implements Reporter.
func (r *jsonReporter) Begin(files int, bytes int64) { r.bar.begin(files, bytes) }

// Progress implements Reporter.
func (r *jsonReporter) Progress(t core.Transfer) { r.bar.progress(t) }

// Ended implements Reporter.
func (r *jsonReporter) Ended(t core.Transfer, differs []core.Difference, took time.Duration) {
	l := r.lineOf(t)
	l.Differs = differs
	l.Seconds = took.Seconds()
	if t.State != core.StateStored {
		l.Error = ErrorLineOf(t.Error)
	}
	if t.State == core.StateUnknown && t.Doubtful() {
		l.AskedAgain = askedNext
	}
	r.write(l)
	if left, ok := Unreadable(t); ok {
		r.write(SkippedLine{"skipped", l.Path, l.PathBytes, SkipReason(left.Reason)})
	}
}

// Kept implements Reporter.
func (r *jsonReporter) Kept(t core.Transfer, halt *core.Error) {
	l := r.lineOf(t)
	l.State = core.StateFailed
	if halt == nil {
		l.State, halt = core.StateCancelled, &core.Error{Kind: core.KindCancelled, Message: "Interrupted; the same command goes on."}
	}
	l.Error = ErrorLineOf(halt)
	if t.Doubtful() {
		l.State, l.AskedAgain = core.StateUnknown, askedNext
		l.Error = ErrorLineOf(t.Error)
	}
	r.write(l)
}

// Skipped implements Reporter.
func (r *jsonReporter) Skipped(t core.Transfer, differs []core.Difference) {
	l := r.lineOf(t)
	l.Skipped, l.Attempts, l.Differs = true, 0, differs
	if t.Error != nil {
		l.Error = ErrorLineOf(t.Error)
	}
	r.write(l)
}

// MadePermanent implements Reporter.
func (r *jsonReporter) MadePermanent(t core.Transfer) {
	l := r.lineOf(t)
	l.Skipped, l.Finalised, l.Attempts = true, true, 0
	r.write(l)
}

// Left implements Reporter. What can't be read has two lines: it is left out, and it
// failed, unless the user allows that it is left out.
func (r *jsonReporter) Left(s core.Skipped, fails bool) {
	path := r.show.Of(s.Path)
	if fails && Unread(s) {
		r.write(TransferLine{Event: "transfer", Path: path, PathBytes: RawPath(path), Name: filepath.Base(s.Path), State: core.StateFailed,
			Error: &ErrorLine{Kind: core.KindFile, Message: skipWords(s)}})
	}
	r.write(SkippedLine{"skipped", path, RawPath(path), SkipReason(s.Reason)})
}

// Waiting implements Reporter.
func (r *jsonReporter) Waiting(w Wait) {
	l := WaitingLine{Event: "waiting", Until: w.Until.UTC().Truncate(time.Second), Reason: reasonWords(w.Reason), Profile: w.Profile, Path: w.Path, Unknown: w.Asked}
	if w.Reason != nil {
		l.Error = ErrorLineOf(w.Reason)
	}
	r.write(l)
}

// Summary implements Reporter.
func (r *jsonReporter) Summary(s Summary, _ *core.Error) {
	r.bar.close()
	r.write(SummaryLine{"summary", s.Files, s.Stored, s.Failed, s.Skipped, s.Bytes, s.Seconds, s.ByReason, s.Differ, s.Waiting, s.Behind, s.Elsewhere})
}

// Close implements Reporter.
func (r *jsonReporter) Close() { r.bar.close() }

func (r *jsonReporter) write(v any) {
	r.bar.clear()
	if err := r.out.Encode(v); err != nil {
		r.to.Fail(err)
	}
}

func (r *jsonReporter) lineOf(t core.Transfer) TransferLine {
	shown := r.show.Of(t.Source.Path)
	l := TransferLine{Event: "transfer", Path: shown, PathBytes: RawPath(shown), Name: path.Base(t.Source.Name),
		Size: t.Source.Size, State: t.State, Attempts: t.Attempts}
	if t.Receipt != nil {
		l.FileID, l.SHA256, l.Verified = t.Receipt.FileID, string(t.Receipt.SHA256), true
	}
	return l
}

// ErrorLineOf is the JSON of e, nil for a cancelled transfer.
func ErrorLineOf(e *core.Error) *ErrorLine {
	if e == nil {
		return &ErrorLine{Kind: core.KindCancelled, Message: "cancelled"}
	}
	return &ErrorLine{Kind: e.Kind, Status: e.Status, Code: e.ServerCode, Message: e.Error()}
}
