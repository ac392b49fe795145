package report

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/artstore/ingester/core"
)

// barEvery is how often the bar is drawn at most.
const barEvery = 100 * time.Millisecond

// bar shows the progress of a whole command on a terminal. A nil bar shows
// nothing.
type bar struct {
	w     io.Writer
	bar   *progressbar.ProgressBar
	sent  map[core.TransferID]int64
	total int64
	done  int
	files int
}

func newBar(w io.Writer) *bar { return &bar{w: w, sent: map[core.TransferID]int64{}} }

func (b *bar) scanned(s core.ScanProgress) {
	if b == nil {
		return
	}
	_, _ = fmt.Fprintf(b.w, "\r\x1b[K%d files found", s.Files)
}

func (b *bar) begin(files int, bytes int64) {
	if b == nil {
		return
	}
	b.files = files
	b.bar = progressbar.NewOptions64(max(bytes, 1),
		progressbar.OptionSetWriter(b.w), progressbar.OptionShowBytes(true), progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(barEvery), progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription(b.words()))
}

func (b *bar) words() string { return fmt.Sprintf("%d of %d files", b.done, b.files) }

// progress takes how much of one file was sent. A new attempt begins at 0 again.
func (b *bar) progress(t core.Transfer) {
	if b == nil || b.bar == nil {
		return
	}
	sent := t.Sent
	if t.State.Done() {
		sent = t.Source.Size
		b.done++
		b.bar.Describe(b.words())
	}
	b.total += sent - b.sent[t.ID]
	b.sent[t.ID] = sent
	if t.State.Done() {
		delete(b.sent, t.ID)
	}
	_ = b.bar.Set64(b.total) // only the drawing can fail
}

// clear makes room for a line of text.
func (b *bar) clear() {
	if b != nil && b.bar != nil {
		_ = b.bar.Clear()
	}
}

func (b *bar) close() {
	if b == nil || b.bar == nil {
		return
	}
	_ = b.bar.Clear()
	b.bar = nil
}
