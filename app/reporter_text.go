package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/artstore/ingester/core"
)

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
