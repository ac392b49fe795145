package metrics

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// View shows the figures of the Prometheus registry.
type View struct {
	host     *view.Host
	recorder *Recorder
	content  fyne.CanvasObject

	uploads, token, requests, certificate *statCard
	throughput, inFlight                  *widgets.LineChart
	unit                                  *widgets.Caption // of the throughput
	attempts                              *widgets.Caption // how many there were, beside their errors
	cards                                 *fyne.Container
	times, errors                         *figureTable

	serve   *widgets.CheckBox
	address *view.LineEntry
	copyURL *widgets.QuietButton
	served  bool   // when it was last drawn
	setting bool   // the program, not the user, sets serve
	wanted  string // the address that was asked for; while it is served, the real one is shown
}

var (
	_ view.Page   = (*View)(nil)
	_ view.Ticker = (*View)(nil)
)

// chartHeight is the least height of a chart.
const chartHeight = 130

// New returns the page that draws what r has recorded.
func New(host *view.Host, r *Recorder) *View {
	v := &View{host: host, recorder: r}
	t := host.Text
	v.uploads, v.token = newStatCard(t.S("metrics.files")), newStatCard(t.S("metrics.token"))
	v.requests, v.certificate = newStatCard(t.S("metrics.requests")), newStatCard(t.S("metrics.certificate"))
	v.throughput, v.inFlight = widgets.NewLineChart(chartHeight), widgets.NewLineChart(chartHeight)
	v.unit = widgets.NewCaption("", widgets.ColorMuted, widgets.SizeSmall)
	charts := container.New(chartsLayout{},
		titled(t.S("metrics.throughput"), v.unit, v.throughput),
		titled(t.S("metrics.in_flight"), widgets.NewCaption(t.S("metrics.span"), widgets.ColorMuted, widgets.SizeSmall), v.inFlight))
	v.attempts = widgets.NewCaption("", widgets.ColorMuted, widgets.SizeSmall)
	v.times, v.errors = newFigureTable(4, 3), newFigureTable(4, 1)
	tables := container.New(&widgets.Tiles{Least: 300, Most: 2, Gap: 12},
		titled(t.S("metrics.times"), nil, v.times.object), titled(t.S("metrics.errors"), v.attempts, v.errors.object))
	v.cards = container.New(&widgets.Tiles{Least: 168, Most: 4, Gap: 12}, v.uploads.object, v.token.object, v.requests.object, v.certificate.object)
	page := container.New(widgets.VBox{Gap: 12, Grow: func() fyne.CanvasObject { return charts }}, v.cards, charts, tables, v.switches())
	v.content = container.NewVScroll(widgets.Inset(2, 2, 2, 2, page))
	v.draw()
	return v
}

// titled is a panel with a heading, a remark beside that, and content.
func titled(title string, remark *widgets.Caption, content fyne.CanvasObject) fyne.CanvasObject {
	name := widgets.NewCaption(title, theme.ColorNameForeground, theme.SizeNameText)
	name.Bold = true
	head := container.New(&widgets.HBox{Gap: 6}, name)
	if remark != nil {
		remark.Cut = true
		head = container.New(&widgets.HBox{Gap: 6, Stretch: remark}, name, remark)
	}
	return widgets.NewPanel(widgets.ColorSurface, container.New(widgets.VBox{Gap: 6, Grow: func() fyne.CanvasObject { return content }}, head, content))
}

// chartsLayout puts the charts side by side, the first one in two thirds of the
// width, or below each other.
type chartsLayout struct{}

// chartsApart is the width from which on the charts are side by side.
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

// MinSize implements fyne.Layout. It has room for both charts below each other if that
// is how they are laid out.
func (chartsLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := o[0].MinSize().Max(o[1].MinSize())
	if width := o[0].Size().Width; width > 0 && width == o[1].Size().Width {
		least.Height = least.Height*2 + 12
	}
	return least
}

// switches is the row that turns the listener on and off.
func (v *View) switches() fyne.CanvasObject {
	t := v.host.Text
	v.serve = widgets.NewCheck(t.S("metrics.serve"), v.toggle)
	v.address = view.NewLineEntry(v.host, view.DefaultMetricsAddress)
	v.copyURL = widgets.NewQuietButton(t.S("metrics.copy_url"), func() { v.host.App.Clipboard().SetContent(v.recorder.url) })
	all := widgets.NewQuietButton(t.S("button.copy"), func() { v.host.App.Clipboard().SetContent(v.asText()) })
	copyAll, copyURL := widgets.Outlined(all), widgets.Outlined(v.copyURL)
	return container.New(&widgets.HBox{Gap: 8, Spring: copyAll, Optional: []fyne.CanvasObject{copyURL, copyAll}},
		v.serve, container.New(widgets.FixedWidth(150), v.address), copyURL, copyAll)
}

// toggle starts or stops the listener. The box then shows whether it listens.
func (v *View) toggle(on bool) {
	if v.setting {
		return
	}
	address := strings.TrimSpace(v.address.Text)
	if address == "" {
		address = view.DefaultMetricsAddress
	}
	type answer struct{ url, address string }
	view.Async(v.host, func(ctx context.Context) (answer, error) {
		if !on {
			return answer{}, v.host.Controller.StopMetrics(ctx)
		}
		url, err := v.host.Controller.ServeMetrics(ctx, address)
		return answer{url, v.host.Controller.MetricsAddress()}, err
	}, func(a answer, err error) {
		if err != nil {
			v.host.Failed(err)
		} else {
			v.recorder.url, v.recorder.address = a.url, a.address
		}
		v.drawSwitch()
	})
}

func (v *View) drawSwitch() {
	on := v.recorder.url != ""
	v.setting = true
	v.serve.SetChecked(on)
	v.setting = false
	widgets.SetEnabled(v.address, !on)
	widgets.SetEnabled(v.copyURL, on)
	switch {
	case on && !v.served:
		v.wanted = v.address.Text
	case !on && v.served:
		v.address.SetText(v.wanted)
	}
	if v.served = on; on && v.address.Text != v.recorder.address {
		v.address.SetText(v.recorder.address)
	}
}

// Content implements view.Page.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Shown implements view.Page.
func (v *View) Shown() { v.draw() }

// Hidden implements view.Page.
func (v *View) Hidden() {}

// Tick implements view.Ticker.
func (v *View) Tick(time.Time) { v.draw() }

// draw shows the newest figures.
func (v *View) draw() {
	t, r, m := v.host.Text, v.recorder, &v.recorder.newest
	v.drawCards(m)
	factor, unit := wording.UnitFor(int64(r.throughput.Max()))
	v.unit.Set(t.S("metrics.per_second", wording.Args{"Unit": t.S(unit)}))
	top := widgets.ScaleTop(r.throughput.Max()/factor, false)
	v.throughput.Draw(&r.throughput, top*factor, func(value float64) string { return axis(t, value/factor) })
	most := widgets.ScaleTop(r.inFlight.Max(), true)
	v.inFlight.Draw(&r.inFlight, most, func(value float64) string { return axis(t, value) })
	v.times.show(times(t, m)...)
	v.errors.show(errorRows(t, m, 4)...)
	v.drawSwitch()
}

// drawCards fills the cards at the top.
func (v *View) drawCards(m *core.Measurements) {
	t, now := v.host.Text, v.host.Now()
	var ended float64
	for _, n := range m.Files {
		ended += n
	}
	stored, failed := int64(m.Files[string(core.StateStored)]), int64(m.Files[string(core.StateFailed)])
	v.attempts.Set(attempts(t, m))
	v.uploads.show(t.Number(int64(ended)), theme.ColorNameForeground,
		tinted{t.N("metrics.stored", int(stored)), widgets.ColorGood}, tinted{failedWords(t, failed), theme.ColorNameError})
	v.token.show(tokenLeft(t, m, now), theme.ColorNameForeground, tinted{hits(t, m), widgets.ColorMuted})
	v.requests.show(quantile(t, m.TokenRequest, m.TokenRequest.P95), theme.ColorNameForeground,
		tinted{t.S("metrics.check", wording.Args{"Time": quantile(t, m.Validation, m.Validation.P95)}), widgets.ColorMuted})
	v.showCertificate(!m.CertExpiry.IsZero())
	figure, color, note := certificateLeft(t, m, now)
	v.certificate.show(figure, color, tinted{note, widgets.ColorMuted})
}

// showCertificate shows the card of the client certificate if there is one.
func (v *View) showCertificate(there bool) {
	cards := []fyne.CanvasObject{v.uploads.object, v.token.object, v.requests.object}
	if there {
		cards = append(cards, v.certificate.object)
	}
	if len(cards) != len(v.cards.Objects) {
		v.cards.Objects = cards
		v.content.Refresh()
	}
}

// asText is everything that the page says, for those who are asked to help.
func (v *View) asText() string {
	t, r, m := v.host.Text, v.recorder, &v.recorder.newest
	var b strings.Builder
	say := func(name, value string) {
		b.WriteString(name + ": " + strings.ReplaceAll(value, wording.NBSP, " ") + "\n")
	}
	say("Ingester", t.Moment(m.At))
	for _, c := range []*statCard{v.uploads, v.token, v.requests, v.certificate} {
		if c != v.certificate || !m.CertExpiry.IsZero() {
			say(c.title, strings.Join(c.words(), " · "))
		}
	}
	say(t.S("metrics.attempts"), attempts(t, m))
	say(t.S("metrics.throughput"), t.Size(int64(r.throughput.Last()))+"/s")
	say(t.S("metrics.in_flight"), t.Number(int64(m.ActiveUploads)))
	for _, row := range append(times(t, m), errorRows(t, m, len(m.Errors))...) {
		say(row[0], strings.Join(row[1:], " "))
	}
	return b.String()
}
