package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/artstore/ingester/core"
)

// reporter says what happens to the transfers of a command. It is used by one
// goroutine at a time.
type reporter interface {
	scanned(core.ScanProgress)
	begin(files int, bytes int64)
	progress(core.Transfer)
	// ended: differs is what of a stored file is kept otherwise than asked.
	ended(t core.Transfer, differs []core.Difference, took time.Duration)
	// kept: still in the queue although the command ends; halt says why,
	// nil when it was interrupted.
	kept(t core.Transfer, halt *core.Error)
	// skipped: stored before. Its error is why it could not be made permanent,
	// where that was tried.
	skipped(t core.Transfer, differs []core.Difference)
	madePermanent(core.Transfer) // stored before, as a temporary file
	// left: left out; fails says that the command fails because of it.
	left(s core.Skipped, fails bool)
	waiting(news) // for what no file of the command can go on
	summary(summary, *core.Error)
	recovered(core.Recovery) // the queue was damaged
	close()
}

func (u *uploadCommand) reporter(paths []string) reporter {
	u.show = newPaths(paths)
	switch {
	case u.asJSON:
		return newJSONReporter(u.streams.out, u.show, u.bar())
	default:
		return &textReporter{out: u.streams.out, err: u.streams.err, quiet: u.quiet, show: u.show, bar: u.bar(), all: u.target.uploadAll(), servers: &u.servers}
	}
}

// bar is a progress bar where somebody can see it.
func (u *uploadCommand) bar() *bar {
	f := u.streams.err.terminal()
	if u.quiet || f == nil {
		return nil
	}
	return newBar(f)
}

// textReporter writes for people: what is stored to standard output, what is
// not to standard error.
type textReporter struct {
	out, err io.Writer
	quiet    bool
	show     *paths
	bar      *bar
	all      string // the command that sends what earlier calls left
	servers  *servers
}

// servers are the hosts that a command waits for.
type servers struct{ admin, ingester string }

func serversOf(p core.Profile) servers {
	host := func(address string) string {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return "the server"
		}
		return u.Host
	}
	return servers{host(p.TokenURL()), host(p.IngesterURL)}
}

// of is what a wait is for.
func (s *servers) of(w core.Wait) string {
	switch {
	case w.Path != "":
		return w.Path
	case w.Reason != nil && errors.Is(w.Reason, core.ErrSignIn):
		return s.admin
	}
	return s.ingester
}

// waiting says the time with seconds where it is near.
func (r *textReporter) waiting(w news) {
	if r.quiet {
		return
	}
	if w.Path != "" { // told once, for as long as it lasts
		until := "to be back"
		if w.Reason != nil && w.Reason.Code != core.CodeFolderAway { // it is there
			until = "to be usable again"
		}
		r.line(r.err, "waiting for %s %s: %s", printable(r.servers.of(w.Wait)), until, reasonWords(w.Reason))
		return
	}
	if w.Reason != nil && w.Reason.Code == core.CodeStoreFailed {
		r.line(r.err, "waiting until the queue can be saved, which is tried at least every half minute: %s", cause(w.Reason))
		return
	}
	form := "15:04"
	if time.Until(w.Until) < 2*time.Minute {
		form = "15:04:05"
	}
	at := w.Until.Local().Format(form)
	if w.asked > 0 {
		r.line(r.err, "waiting until %s to ask again whether the server has stored %s: %s", at, files(w.asked), reasonWords(w.Reason))
		return
	}
	r.line(r.err, "waiting for %s until %s: %s", printable(r.servers.of(w.Wait)), at, reasonWords(w.Reason))
}

// reasonWords is an error's code as words.
func reasonWords(e *core.Error) string {
	if e == nil {
		return "it is away"
	}
	return strings.ReplaceAll(string(e.Code), "_", " ")
}

func (r *textReporter) scanned(s core.ScanProgress) { r.bar.scanned(s) }

func (r *textReporter) begin(files int, bytes int64) { r.bar.begin(files, bytes) }

func (r *textReporter) progress(t core.Transfer) { r.bar.progress(t) }

func (r *textReporter) ended(t core.Transfer, differs []core.Difference, _ time.Duration) {
	switch {
	case t.State != core.StateStored:
		r.line(r.err, "%-9s  %s: %s", t.State, printable(r.show.of(t.Source.Path)), outcome(t))
	case !r.quiet:
		r.line(r.out, "stored     %s  %s  %s", printable(r.show.of(t.Source.Path)), humanize.IBytes(uint64(t.Source.Size)), t.Receipt.FileID)
	}
	r.differs(t, differs, "")
}

// differs says what is not kept as it was asked; advice is what to do.
func (r *textReporter) differs(t core.Transfer, differs []core.Difference, advice string) {
	if len(differs) > 0 {
		r.line(r.err, "differs    %s: stored, but %s%s", printable(r.show.of(t.Source.Path)), printable(differWords(differs, t.Kept())), advice)
	}
}

func (r *textReporter) kept(t core.Transfer, halt *core.Error) {
	if t.Doubtful() {
		r.line(r.err, "%-9s  %s: %s", core.StateUnknown, printable(r.show.of(t.Source.Path)), outcome(t))
		return
	}
	if halt == nil {
		return // the summary counts them
	}
	r.line(r.err, "not sent   %s", printable(r.show.of(t.Source.Path)))
}

func (r *textReporter) skipped(t core.Transfer, differs []core.Difference) {
	if !r.quiet {
		r.line(r.out, "skipped    %s  stored before as %s", printable(r.show.of(t.Source.Path)), fileID(t))
	}
	advice := "; --again sends it once more, as asked"
	if t.Error != nil {
		advice = "; it could not be made permanent: " + cause(t.Error)
	}
	r.differs(t, differs, advice)
}

func (r *textReporter) madePermanent(t core.Transfer) {
	if !r.quiet {
		r.line(r.out, "permanent  %s  stored before as %s", printable(r.show.of(t.Source.Path)), fileID(t))
	}
}

func (r *textReporter) left(s core.Skipped, fails bool) {
	if fails || !r.quiet {
		r.line(r.err, "left out   %s: %s", printable(r.show.of(s.Path)), skipWords(s))
	}
}

func (r *textReporter) summary(s summary, halt *core.Error) {
	r.bar.close()
	if halt != nil {
		r.line(r.err, "stopped: %s", halt.Error())
	}
	if s.gaveUp != nil {
		r.line(r.err, "gave up: nothing went forward for %s: %s", s.idle.Round(time.Second), cause(s.gaveUp))
	}
	if r.quiet {
		return
	}
	text := fmt.Sprintf("%d stored", s.stored)
	if s.skipped > 0 {
		text += fmt.Sprintf(", %d skipped", s.skipped)
	}
	if s.failed > 0 {
		text += fmt.Sprintf(", %d not stored", s.failed)
	}
	if s.differ > 0 {
		text += fmt.Sprintf(", %d otherwise than asked", s.differ)
	}
	if s.left > 0 {
		text += fmt.Sprintf(", %d left out", s.left)
	}
	r.line(r.out, "%s, %s in %s", text, humanize.IBytes(uint64(s.bytes)), time.Duration(s.seconds*float64(time.Second)).Round(10*time.Millisecond))
	if s.waiting > 0 {
		r.line(r.out, "in the queue: %s; the same command goes on", files(s.waiting))
	}
	if s.behind > 0 {
		r.line(r.out, "%s left by other calls; to send what they left: %s", files(s.behind), r.all)
	}
	if s.elsewhere > 0 {
		r.line(r.out, "%s left by other calls for another server or account: their profile of the same name led there", files(s.elsewhere))
	}
}

func files(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

func (r *textReporter) close() { r.bar.close() }

func (r *textReporter) line(w io.Writer, format string, args ...any) {
	r.bar.clear()
	_, _ = fmt.Fprintf(w, format+"\n", args...) // the stream remembers a failure
}

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

func cause(e *core.Error) string {
	if e == nil {
		return "cancelled"
	}
	return printable(e.Error())
}

func fileID(t core.Transfer) string {
	if t.Receipt == nil {
		return "unknown"
	}
	return t.Receipt.FileID
}
