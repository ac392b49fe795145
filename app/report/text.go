package report

import (
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/artstore/ingester/core"
)

// textReporter writes text for people: files that are stored to standard output, the
// others to standard error.
type textReporter struct {
	out, err io.Writer
	quiet    bool
	show     *Paths
	bar      *bar
	all      string // the command that sends the files that earlier calls left in the queue
	servers  servers
}

// Waiting implements Reporter. It prints the time with seconds if it is near.
func (r *textReporter) Waiting(w Wait) {
	if r.quiet {
		return
	}
	if w.Path != "" { // reported once, without a time
		until := "to be back"
		if w.Reason != nil && w.Reason.Code != core.CodeFolderAway { // the folder is there
			until = "to be usable again"
		}
		r.line(r.err, "waiting for %s %s: %s", Printable(r.servers.of(w.Wait)), until, reasonWords(w.Reason))
		return
	}
	if w.Reason != nil && w.Reason.Code == core.CodeStoreFailed {
		r.line(r.err, "waiting until the queue can be saved, which is tried at least every half minute: %s", Cause(w.Reason))
		return
	}
	form := "15:04"
	if time.Until(w.Until) < 2*time.Minute {
		form = "15:04:05"
	}
	at := w.Until.Local().Format(form)
	if w.Asked > 0 {
		r.line(r.err, "waiting until %s to ask again whether the server has stored %s: %s", at, Plural(w.Asked, "file"), reasonWords(w.Reason))
		return
	}
	r.line(r.err, "waiting for %s until %s: %s", Printable(r.servers.of(w.Wait)), at, reasonWords(w.Reason))
}

// Scanned implements Reporter.
func (r *textReporter) Scanned(s core.ScanProgress) { r.bar.scanned(s) }

// Begin implements Reporter.
func (r *textReporter) Begin(files int, bytes int64) { r.bar.begin(files, bytes) }

// Progress implements Reporter.
func (r *textReporter) Progress(t core.Transfer) { r.bar.progress(t) }

// Ended implements Reporter.
func (r *textReporter) Ended(t core.Transfer, differs []core.Difference, _ time.Duration) {
	switch {
	case t.State != core.StateStored:
		r.line(r.err, "%-9s  %s: %s", t.State, Printable(r.show.Of(t.Source.Path)), outcome(t))
	case !r.quiet:
		r.line(r.out, "stored     %s  %s  %s", Printable(r.show.Of(t.Source.Path)), humanize.IBytes(uint64(t.Source.Size)), t.Receipt.FileID)
	}
	r.differs(t, differs, "")
}

// differs prints what is kept otherwise than asked; advice is what to do.
func (r *textReporter) differs(t core.Transfer, differs []core.Difference, advice string) {
	if len(differs) > 0 {
		r.line(r.err, "differs    %s: stored, but %s%s", Printable(r.show.Of(t.Source.Path)), Printable(Differences(differs, t.Kept())), advice)
	}
}

// Kept implements Reporter.
func (r *textReporter) Kept(t core.Transfer, halt *core.Error) {
	if t.Doubtful() {
		r.line(r.err, "%-9s  %s: %s", core.StateUnknown, Printable(r.show.Of(t.Source.Path)), outcome(t))
		return
	}
	if halt == nil {
		return // the summary counts them
	}
	r.line(r.err, "not sent   %s", Printable(r.show.Of(t.Source.Path)))
}

// Skipped implements Reporter.
func (r *textReporter) Skipped(t core.Transfer, differs []core.Difference) {
	if !r.quiet {
		r.line(r.out, "skipped    %s  stored before as %s", Printable(r.show.Of(t.Source.Path)), FileID(t))
	}
	advice := "; --again sends it once more, as asked"
	if t.Error != nil {
		advice = "; it could not be made permanent: " + Cause(t.Error)
	}
	r.differs(t, differs, advice)
}

// MadePermanent implements Reporter.
func (r *textReporter) MadePermanent(t core.Transfer) {
	if !r.quiet {
		r.line(r.out, "permanent  %s  stored before as %s", Printable(r.show.Of(t.Source.Path)), FileID(t))
	}
}

// Left implements Reporter.
func (r *textReporter) Left(s core.Skipped, fails bool) {
	if fails || !r.quiet {
		r.line(r.err, "left out   %s: %s", Printable(r.show.Of(s.Path)), skipWords(s))
	}
}

// Summary implements Reporter.
func (r *textReporter) Summary(s Summary, halt *core.Error) {
	r.bar.close()
	if halt != nil {
		r.line(r.err, "stopped: %s", halt.Error())
	}
	if s.GaveUp != nil {
		r.line(r.err, "gave up: nothing went forward for %s: %s", s.Idle.Round(time.Second), Cause(s.GaveUp))
	}
	if r.quiet {
		return
	}
	text := fmt.Sprintf("%d stored", s.Stored)
	if s.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", s.Skipped)
	}
	if s.Failed > 0 {
		text += fmt.Sprintf(", %d not stored", s.Failed)
	}
	if s.Differ > 0 {
		text += fmt.Sprintf(", %d otherwise than asked", s.Differ)
	}
	if s.Left > 0 {
		text += fmt.Sprintf(", %d left out", s.Left)
	}
	r.line(r.out, "%s, %s in %s", text, humanize.IBytes(uint64(s.Bytes)), time.Duration(s.Seconds*float64(time.Second)).Round(10*time.Millisecond))
	if s.Waiting > 0 {
		r.line(r.out, "in the queue: %s; the same command goes on", Plural(s.Waiting, "file"))
	}
	if s.Behind > 0 {
		r.line(r.out, "%s left by other calls; to send what they left: %s", Plural(s.Behind, "file"), r.all)
	}
	if s.Elsewhere > 0 {
		r.line(r.out, "%s left by other calls for another server or account: their profile of the same name led there", Plural(s.Elsewhere, "file"))
	}
}

// Close implements Reporter.
func (r *textReporter) Close() { r.bar.close() }

func (r *textReporter) line(w io.Writer, format string, args ...any) {
	r.bar.clear()
	_, _ = fmt.Fprintf(w, format+"\n", args...) // the stream remembers a failure
}
