package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// statusBar shows the totals below every page.
type statusBar struct {
	text                     *wording.Text
	content                  *fyne.Container
	files, bytes, rate, left *widgets.Caption
	failed                   *widgets.Caption
	trouble                  *widgets.TapArea
	spark                    *sparkline

	row      *widgets.HBox
	sparkBox fyne.CanvasObject
	held     *widgets.Caption  // what holds the queue
	holds    *widgets.TapArea  // held
	try      fyne.CanvasObject // tries at once
	reason   *core.Error       // of held
}

const statusHeight = 44

func newStatusBar(host *view.Host, i *widgets.Icons, onTrouble func()) *statusBar {
	s := &statusBar{text: host.Text, spark: newSparkline()}
	part := func() *widgets.Caption { return widgets.NewCaption("", widgets.ColorMuted, widgets.SizeSmall) }
	s.files, s.bytes, s.rate, s.left = part(), part(), part(), part()
	s.failed = widgets.NewCaption("", theme.ColorNameError, widgets.SizeSmall)
	warning := widget.NewIcon(i.Get("warning", theme.ColorNameError))
	s.trouble = widgets.NewTapArea(container.New(&widgets.HBox{Gap: 4}, container.New(widgets.Square(16), warning), s.failed), onTrouble)
	s.held = widgets.NewCaption("", theme.ColorNameWarning, widgets.SizeSmall)
	s.held.Cut = true
	s.holds = widgets.NewTapArea(s.held, func() {
		if s.reason != nil {
			view.ShowError(host, s.reason)
		}
	})
	s.try = widgets.Outlined(widgets.NewQuietButton(s.text.S("action.try_now"), func() { host.Act(host.Controller.Lift) }))
	s.sparkBox = container.New(widgets.FixedSize{Width: 88, Height: 24}, s.spark)
	s.row = &widgets.HBox{Gap: 18, Height: statusHeight - 1, Spring: s.sparkBox, Optional: []fyne.CanvasObject{s.sparkBox, s.bytes, s.rate, s.left}}
	bar := container.New(s.row, s.files, s.bytes, s.rate, s.left, s.holds, s.try, s.trouble, s.sparkBox)
	s.content = widgets.NewRuled(widgets.EdgeTop, widgets.ColorSurface, widgets.Inset(16, 0, 16, 0, bar))
	return s
}

// show shows the totals of the model. It sets each text once, since Fyne draws the whole
// window for any change, even one that is undone at once.
func (s *statusBar) show(all *queue.Model, profile string, link core.Link, now time.Time) {
	t, m, hold := s.text, all.Totals, all.Hold()
	files, bytes, rate, left := t.S("status.none"), "", "", ""
	switch {
	case m.Files > 0:
		files, bytes = filesText(t, m), t.SizeOf(m.Done, m.Bytes)
	case len(all.Rows) > 0: // all are cancelled
		files = t.S("drop.none")
	}
	if m.Unfinished() {
		rate = t.Rate(m.Rate)
		if link.Rate > 0 && all.Sends(profile) {
			rate = strings.TrimPrefix(rate+", "+t.Limited(link.Rate, link.RateUntil, now), ", ")
		}
	}
	switch {
	case all.Paused && m.Active > 0:
		left = t.N("status.pausing", m.Active)
	case hold != nil:
		rate = ""
	case m.Left > 0:
		left = t.S("status.left", wording.Args{"Time": t.Duration(m.Left)})
	case m.Estimating:
		left = t.S("status.estimating")
	case m.Files > 0 && m.Stored == m.Files:
		left = doneText(t, m)
	case m.Taken > 0 && m.Stored+m.Taken == m.Files:
		left = t.N("status.taken", m.Taken)
	}
	changed := s.showHold(hold, now)
	for c, words := range map[*widgets.Caption]string{s.files: files, s.bytes: bytes, s.rate: rate, s.left: left, s.failed: troubleText(t, m)} {
		changed = changed || c.Words != words
		c.Set(words)
	}
	for _, c := range []*widgets.Caption{s.bytes, s.rate, s.left} {
		widgets.SetVisible(c, c.Words != "")
	}
	widgets.SetVisible(s.trouble, s.failed.Words != "")
	s.spark.show(all.Sparkline)
	if changed {
		s.content.Refresh()
	}
}

// showHold says what holds the queue, in the place of the speed. What is halted is
// resumed in the banner, and what is paused in the header. It reports whether anything
// has changed.
func (s *statusBar) showHold(hold *queue.Hold, now time.Time) bool {
	words, tries := "", false
	s.reason, s.row.Stretch = nil, nil
	if hold != nil {
		words, s.reason, s.row.Stretch = transfers.Held(s.text, hold, now), hold.Reason, s.holds
		tries = hold.By != queue.HeldByPause && hold.By != queue.HeldByHalt
	}
	tone := theme.ColorNameWarning
	if hold != nil && hold.By == queue.HeldByPause {
		tone = widgets.ColorMuted
	}
	s.held.Tint(tone)
	changed := s.held.Words != words || s.try.Visible() != tries
	s.held.Set(words)
	widgets.SetVisible(s.holds, words != "")
	widgets.SetVisible(s.try, tries)
	widgets.SetVisible(s.sparkBox, words == "")
	return changed
}

// filesText says how many files of all are stored.
func filesText(t *wording.Text, m queue.Totals) string {
	return t.S("total.of", wording.Args{"Done": t.Number(int64(m.Stored)), "All": t.N("count.files_of", m.Files)})
}

// doneText says that all is stored, and how many files otherwise than asked.
func doneText(t *wording.Text, m queue.Totals) string {
	words := t.S("status.done")
	if m.Differing > 0 {
		words += ", " + t.N("status.differing", m.Differing)
	}
	return words
}

// troubleText says how many files need attention, "" for none.
func troubleText(t *wording.Text, m queue.Totals) string {
	var parts []string
	if m.Failed > 0 {
		parts = append(parts, t.N("status.failed", m.Failed))
	}
	if m.Unknown > 0 {
		parts = append(parts, t.N("status.unknown", m.Unknown))
	}
	if m.Held > 0 {
		parts = append(parts, t.N("status.held", m.Held))
	}
	return strings.Join(parts, " · ")
}
