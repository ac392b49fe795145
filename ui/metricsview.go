package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

// metricsView shows the figures of the Prometheus registry.
type metricsView struct {
	sh       *shell
	recorder *recorder
	content  fyne.CanvasObject

	uploads, token, requests, certificate *statCard
	throughput, inFlight                  *lineChart
	unit                                  *caption // of the throughput
	times, errors                         *figureTable

	serve   *checkBox
	address *lineEntry
	copyURL *quietButton
	setting bool // serve is being set by the program
}

var (
	_ view   = (*metricsView)(nil)
	_ ticker = (*metricsView)(nil)
)

// chartHeight is that of a chart at least.
const chartHeight = 130

func newMetricsView(s *shell, r *recorder) *metricsView {
	v := &metricsView{sh: s, recorder: r}
	t := s.text
	v.uploads, v.token = newStatCard(t.s("metrics.uploads")), newStatCard(t.s("metrics.token"))
	v.requests, v.certificate = newStatCard(t.s("metrics.requests")), newStatCard(t.s("metrics.certificate"))
	v.throughput, v.inFlight = newLineChart(chartHeight), newLineChart(chartHeight)
	v.unit = newCaption("", colorMuted, sizeSmall)
	charts := container.New(chartsLayout{},
		titled(t.s("metrics.throughput"), v.unit, v.throughput),
		titled(t.s("metrics.in_flight"), newCaption(t.s("metrics.span"), colorMuted, sizeSmall), v.inFlight))
	v.times, v.errors = newFigureTable(4, 3), newFigureTable(4, 1)
	tables := container.New(&tiles{least: 300, most: 2, gap: 12},
		titled(t.s("metrics.times"), nil, v.times.object), titled(t.s("metrics.errors"), nil, v.errors.object))
	cards := container.New(&tiles{least: 168, most: 4, gap: 12}, v.uploads.object, v.token.object, v.requests.object, v.certificate.object)
	page := container.New(stack{gap: 12, grow: func() fyne.CanvasObject { return charts }}, cards, charts, tables, v.switches())
	v.content = container.NewVScroll(inset(2, 2, 2, 2, page))
	v.draw()
	return v
}

// titled is a panel with a heading, a remark beside it, and content.
func titled(title string, remark *caption, content fyne.CanvasObject) fyne.CanvasObject {
	name := newCaption(title, theme.ColorNameForeground, theme.SizeNameText)
	name.bold = true
	head := container.New(&line{gap: 6}, name)
	if remark != nil {
		remark.cut = true
		head = container.New(&line{gap: 6, stretch: remark}, name, remark)
	}
	return newPanel(colorSurface, container.New(stack{gap: 6, grow: func() fyne.CanvasObject { return content }}, head, content))
}

// chartsLayout gives the first chart two thirds of the width, or puts the
// second below it.
type chartsLayout struct{}

// chartsApart is the width from which the charts stand beside each other.
const chartsApart = 640

// Layout implements fyne.Layout.
func (chartsLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	const gap = 12
	if size.Width < chartsApart {
		height := (size.Height - gap) / 2
		for i, c := range o {
			c.Move(fyne.NewPos(0, float32(i)*(height+gap)))
			c.Resize(fyne.NewSize(size.Width, height))
		}
		return
	}
	wide := (size.Width - gap) * 0.64
	o[0].Resize(fyne.NewSize(wide, size.Height))
	o[1].Move(fyne.NewPos(wide+gap, 0))
	o[1].Resize(fyne.NewSize(size.Width-wide-gap, size.Height))
}

// MinSize implements fyne.Layout. Room for one below the other is asked for
// where the charts are narrow.
func (chartsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[0].MinSize().Max(o[1].MinSize())
	if width := o[0].Size().Width; width > 0 && width == o[1].Size().Width {
		least.Height = least.Height*2 + 12
	}
	return least
}

// switches is the row that turns the listener on and off.
func (v *metricsView) switches() fyne.CanvasObject {
	t := v.sh.text
	v.serve = newCheck(t.s("metrics.serve"), v.toggle)
	v.address = newLineEntry(v.sh, defaultMetricsAddress)
	v.copyURL = newQuietButton(t.s("metrics.copy_url"), func() { v.sh.app.Clipboard().SetContent(v.recorder.url) })
	all := newQuietButton(t.s("button.copy"), func() { v.sh.app.Clipboard().SetContent(v.asText()) })
	copyAll, copyURL := outlined(all), outlined(v.copyURL)
	return container.New(&line{gap: 8, spring: copyAll, optional: []fyne.CanvasObject{copyURL, copyAll}},
		v.serve, container.New(fixedWidth(150), v.address), copyURL, copyAll)
}

// toggle starts or ends the listener; the box then shows what is so.
func (v *metricsView) toggle(on bool) {
	if v.setting {
		return
	}
	address := strings.TrimSpace(v.address.Text)
	if address == "" {
		address = defaultMetricsAddress
	}
	async(v.sh, func(ctx context.Context) (string, error) {
		if !on {
			return "", v.sh.ctl.StopMetrics(ctx)
		}
		return v.sh.ctl.ServeMetrics(ctx, address)
	}, func(url string, err error) {
		if err != nil {
			v.sh.failed(err)
		} else {
			v.recorder.url = url
		}
		v.drawSwitch()
	})
}

func (v *metricsView) drawSwitch() {
	on := v.recorder.url != ""
	v.setting = true
	v.serve.SetChecked(on)
	v.setting = false
	setEnabled(v.address, !on)
	setEnabled(v.copyURL, on)
	if on {
		v.address.SetText(host(v.recorder.url))
	}
}

// Content implements view.
func (v *metricsView) Content() fyne.CanvasObject { return v.content }

// Shown implements view.
func (v *metricsView) Shown() { v.draw() }

// Hidden implements view.
func (v *metricsView) Hidden() {}

// Tick implements ticker.
func (v *metricsView) Tick(time.Time) { v.draw() }

// draw takes the newest figures over.
func (v *metricsView) draw() {
	t, r, m := v.sh.text, v.recorder, &v.recorder.newest
	v.drawCards(m)
	factor, unit := scale(int64(r.throughput.max()))
	v.unit.set(t.s("metrics.per_second", args{"Unit": t.s(unit)}))
	top := scaleTop(r.throughput.max()/factor, false)
	v.throughput.show(&r.throughput, top*factor, func(value float64) string { return axis(t, value/factor) })
	most := scaleTop(r.inFlight.max(), true)
	v.inFlight.show(&r.inFlight, most, func(value float64) string { return axis(t, value) })
	v.times.show(times(t, m)...)
	v.errors.show(errorRows(t, m, 4)...)
	v.drawSwitch()
}

// drawCards fills the cards at the top.
func (v *metricsView) drawCards(m *core.Measurements) {
	t, now := v.sh.text, v.sh.now()
	stored, failed := int64(m.Uploads["success"]), int64(m.Uploads["error"])
	v.uploads.show(t.number(stored+failed), theme.ColorNameForeground,
		tinted{t.n("metrics.stored", int(stored)), colorGood}, tinted{failedWords(t, failed), theme.ColorNameError})
	v.token.show(tokenLeft(t, m, now), theme.ColorNameForeground, tinted{hits(t, m), colorMuted})
	v.requests.show(quantile(t, m.TokenRequest, m.TokenRequest.P95), theme.ColorNameForeground,
		tinted{t.s("metrics.check", args{"Time": quantile(t, m.Validation, m.Validation.P95)}), colorMuted})
	figure, color, note := certificateLeft(t, m, now)
	v.certificate.show(figure, color, tinted{note, colorMuted})
}

// asText is everything the page says, for whoever has to help.
func (v *metricsView) asText() string {
	t, r, m := v.sh.text, v.recorder, &v.recorder.newest
	var b strings.Builder
	say := func(name, value string) { b.WriteString(name + ": " + strings.ReplaceAll(value, nbsp, " ") + "\n") }
	say("Ingester", t.moment(m.At))
	for _, c := range []*statCard{v.uploads, v.token, v.requests, v.certificate} {
		say(c.title, strings.Join(c.words(), " · "))
	}
	say(t.s("metrics.throughput"), t.size(int64(r.throughput.last()))+"/s")
	say(t.s("metrics.in_flight"), t.number(int64(m.ActiveUploads)))
	for _, row := range append(times(t, m), errorRows(t, m, len(m.Errors))...) {
		say(row[0], strings.Join(row[1:], " "))
	}
	return b.String()
}
