package ui

import (
	"image/color"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
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
}

const statusHeight = 44

func newStatusBar(t *wording.Text, i *widgets.Icons, onTrouble func()) *statusBar {
	s := &statusBar{text: t, spark: newSparkline()}
	part := func() *widgets.Caption { return widgets.NewCaption("", widgets.ColorMuted, widgets.SizeSmall) }
	s.files, s.bytes, s.rate, s.left = part(), part(), part(), part()
	s.failed = widgets.NewCaption("", theme.ColorNameError, widgets.SizeSmall)
	warning := widget.NewIcon(i.Get("warning", theme.ColorNameError))
	s.trouble = widgets.NewTapArea(container.New(&widgets.HBox{Gap: 4}, container.New(widgets.Square(16), warning), s.failed), onTrouble)
	spark := container.New(widgets.FixedSize{Width: 88, Height: 24}, s.spark)
	bar := container.New(&widgets.HBox{Gap: 18, Height: statusHeight - 1, Spring: spark, Optional: []fyne.CanvasObject{spark, s.bytes, s.rate, s.left}},
		s.files, s.bytes, s.rate, s.left, s.trouble, spark)
	s.content = widgets.NewRuled(widgets.EdgeTop, widgets.ColorSurface, widgets.Inset(16, 0, 16, 0, bar))
	return s
}

// show shows the totals of the model. It sets each text once, since Fyne draws the whole
// window for any change, even one that is undone at once.
func (s *statusBar) show(all *queue.Model) {
	t, m := s.text, all.Totals
	files, bytes, rate, left := t.S("status.none"), "", "", ""
	switch {
	case m.Files > 0:
		files, bytes = filesText(t, m), t.SizeOf(m.Done, m.Bytes)
	case len(all.Rows) > 0: // all are cancelled
		files = t.S("drop.none")
	}
	if m.Unfinished() {
		rate = t.Rate(m.Rate)
	}
	switch {
	case all.Paused && m.Active > 0:
		left = t.N("status.pausing", m.Active)
	case all.Paused && m.Unfinished():
		left = t.S("tray.paused")
	case all.Waiting() != nil:
		left = waitText(t, all.Waiting())
	case m.Left > 0:
		left = t.S("status.left", wording.Args{"Time": t.Duration(m.Left)})
	case m.Estimating:
		left = t.S("status.estimating")
	case m.Files > 0 && m.Stored == m.Files:
		left = doneText(t, m)
	case m.Taken > 0 && m.Stored+m.Taken == m.Files:
		left = t.N("status.taken", m.Taken)
	}
	changed := false
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

// waitText says why the queue waits and until when.
func waitText(t *wording.Text, w *core.Wait) string {
	sentence, _ := t.Explain(w.Reason)
	if w.Path != "" {
		sentence = wording.Plain(w.Path) + ": " + sentence
	}
	return t.S("status.waits", wording.Args{"Why": sentence, "Time": w.Until.Local().Format("15:04:05")})
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

// sparkline draws the speed of the last seconds as bars.
type sparkline struct {
	widget.BaseWidget
	values []int64
}

func newSparkline() *sparkline {
	s := &sparkline{}
	s.ExtendBaseWidget(s)
	return s
}

func (s *sparkline) show(values []int64) {
	moves := func(v int64) bool { return v > 0 }
	drawn := slices.ContainsFunc(values, moves) || slices.ContainsFunc(s.values, moves)
	same := slices.Equal(values, s.values)
	s.values = append(s.values[:0], values...)
	if drawn && !same {
		s.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (s *sparkline) CreateRenderer() fyne.WidgetRenderer {
	r := &sparkRenderer{s: s}
	for i := range r.bars {
		r.bars[i] = canvas.NewRectangle(color.Transparent)
		r.all = append(r.all, r.bars[i])
	}
	r.style()
	return r
}

type sparkRenderer struct {
	s    *sparkline
	bars [queue.SparkLength]*canvas.Rectangle
	all  []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (r *sparkRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (r *sparkRenderer) Objects() []fyne.CanvasObject { return r.all }

// MinSize implements fyne.WidgetRenderer.
func (r *sparkRenderer) MinSize() fyne.Size { return fyne.NewSize(0, 0) }

// Refresh implements fyne.WidgetRenderer.
func (r *sparkRenderer) Refresh() {
	r.style()
	r.Layout(r.s.Size())
	canvas.Refresh(r.s)
}

func (r *sparkRenderer) style() {
	for _, b := range r.bars {
		b.FillColor, b.CornerRadius = theme.ColorForWidget(theme.ColorNamePrimary, r.s), 1
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *sparkRenderer) Layout(size fyne.Size) {
	top := int64(0)
	for _, v := range r.s.values {
		top = max(top, v)
	}
	step := size.Width / queue.SparkLength
	for i, b := range r.bars {
		at := len(r.s.values) - queue.SparkLength + i
		seen := top > 0 && at >= 0 && r.s.values[at] > 0
		widgets.SetVisible(b, seen)
		if seen {
			height := max(2, size.Height*float32(float64(r.s.values[at])/float64(top)))
			b.Resize(fyne.NewSize(step-1.4, height))
			b.Move(fyne.NewPos(float32(i)*step, size.Height-height))
		}
	}
}
