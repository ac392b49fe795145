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
)

// statusBar says the totals, whatever page is shown.
type statusBar struct {
	text                     *text
	content                  *fyne.Container
	files, bytes, rate, left *caption
	failed                   *caption
	trouble                  *tapArea
	spark                    *sparkline
}

const statusHeight = 44

func newStatusBar(t *text, i *icons, onTrouble func()) *statusBar {
	s := &statusBar{text: t, spark: newSparkline()}
	part := func() *caption { return newCaption("", colorMuted, sizeSmall) }
	s.files, s.bytes, s.rate, s.left = part(), part(), part(), part()
	s.failed = newCaption("", theme.ColorNameError, sizeSmall)
	warning := widget.NewIcon(i.get("warning", theme.ColorNameError))
	s.trouble = newTapArea(container.New(&line{gap: 4}, container.New(square(16), warning), s.failed), onTrouble)
	spark := container.New(fixedSize{88, 24}, s.spark)
	bar := container.New(&line{gap: 18, height: statusHeight - 1, spring: spark, optional: []fyne.CanvasObject{spark, s.bytes, s.rate, s.left}},
		s.files, s.bytes, s.rate, s.left, s.trouble, spark)
	s.content = newRuled(edgeTop, colorSurface, inset(16, 0, 16, 0, bar))
	return s
}

// show takes over what the model adds up to. Each text is set once: Fyne draws
// the whole window anew for any that changes, if only for a moment.
func (s *statusBar) show(all *model) {
	t, m := s.text, all.sum
	files, bytes, rate, left := t.s("status.none"), "", "", ""
	switch {
	case m.Files > 0:
		files, bytes = filesText(t, m), t.sizeOf(m.Done, m.Bytes)
	case len(all.rows) > 0: // each is cancelled
		files = t.s("drop.none")
	}
	if m.Unfinished() {
		rate = t.rate(m.Rate)
	}
	switch {
	case all.paused && m.Unfinished() && m.Active == 0:
		left = t.s("tray.paused")
	case all.waiting() != nil:
		left = waitText(t, all.waiting())
	case m.Left > 0:
		left = t.s("status.left", args{"Time": t.duration(m.Left)})
	case m.Estimating:
		left = t.s("status.estimating")
	case m.Files > 0 && m.Stored == m.Files:
		left = doneText(t, m)
	}
	changed := false
	for c, words := range map[*caption]string{s.files: files, s.bytes: bytes, s.rate: rate, s.left: left, s.failed: troubleText(t, m)} {
		changed = changed || c.words != words
		c.set(words)
	}
	for _, c := range []*caption{s.bytes, s.rate, s.left} {
		setVisible(c, c.words != "")
	}
	setVisible(s.trouble, s.failed.words != "")
	s.spark.show(all.spark)
	if changed {
		s.content.Refresh()
	}
}

// waitText says what is waited for and until when.
func waitText(t *text, w *core.Wait) string {
	sentence, _ := t.explain(w.Reason)
	if w.Path != "" {
		sentence = plain(w.Path) + ": " + sentence
	}
	return t.s("status.waits", args{"Why": sentence, "Time": w.Until.Local().Format("15:04:05")})
}

// filesText says how many files of all are stored.
func filesText(t *text, m totals) string {
	return t.s("total.of", args{"Done": t.number(int64(m.Stored)), "All": t.n("count.files_of", m.Files)})
}

// doneText says that all is stored, and how much of it otherwise than asked.
func doneText(t *text, m totals) string {
	words := t.s("status.done")
	if m.Differing > 0 {
		words += ", " + t.n("status.differing", m.Differing)
	}
	return words
}

// troubleText says how many files need someone, "" for none.
func troubleText(t *text, m totals) string {
	var parts []string
	if m.Failed > 0 {
		parts = append(parts, t.n("status.failed", m.Failed))
	}
	if m.Unknown > 0 {
		parts = append(parts, t.n("status.unknown", m.Unknown))
	}
	if m.Held > 0 {
		parts = append(parts, t.n("status.held", m.Held))
	}
	return strings.Join(parts, " · ")
}

// sparkline draws the last seconds' speed as bars.
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
	bars [sparkLength]*canvas.Rectangle
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
	step := size.Width / sparkLength
	for i, b := range r.bars {
		at := len(r.s.values) - sparkLength + i
		seen := top > 0 && at >= 0 && r.s.values[at] > 0
		setVisible(b, seen)
		if seen {
			height := max(2, size.Height*float32(float64(r.s.values[at])/float64(top)))
			b.Resize(fyne.NewSize(step-1.4, height))
			b.Move(fyne.NewPos(float32(i)*step, size.Height-height))
		}
	}
}
