package settings

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// checkPanel shows the steps of the connection test as they are done. It belongs to
// the UI goroutine.
type checkPanel struct {
	host    *view.Host
	lines   []*checkLine
	used    int // of lines
	waiting *widget.Activity
	row     fyne.CanvasObject // label and lines, hidden until a test begins
	changed func()            // a test began, went on or ended

	profile core.Profile
	began   time.Time
	steps   []core.Step
	cancel  context.CancelFunc // nil while no test runs
}

// mostLines is more than a test has lines.
const mostLines = 32

// checkLine is a step of the test. The first step of each server has the server's
// name above it. Lines are made once, and the next test uses them again.
type checkLine struct {
	object                         *fyne.Container
	server, sign, what, todo, took *widgets.Label
}

func newCheckLine() *checkLine {
	none := func() *widgets.Label { return widgets.NewTightLabel("", widget.MediumImportance) }
	l := &checkLine{server: none(), sign: none(), what: none(), todo: none(), took: none()}
	l.what.Wrapping, l.todo.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	l.took.Alignment = fyne.TextAlignTrailing
	l.object = container.New(layout.NewCustomPaddedVBoxLayout(0), l.server,
		container.New(widgets.Columns{Widths: []float32{22, 0, 64}, Gap: 0}, l.sign, container.New(layout.NewCustomPaddedVBoxLayout(0), l.what, l.todo), l.took))
	l.clear()
	return l
}

func (l *checkLine) clear() {
	for _, words := range []*widgets.Label{l.server, l.sign, l.what, l.todo, l.took} {
		words.SetText("")
	}
	l.server.Hide()
	l.todo.Hide()
	l.object.Hide()
}

func newCheckPanel(host *view.Host) *checkPanel {
	p := &checkPanel{host: host, waiting: widget.NewActivity()}
	rows := container.New(layout.NewCustomPaddedVBoxLayout(0))
	for range mostLines {
		l := newCheckLine()
		p.lines = append(p.lines, l)
		rows.Add(l.object)
	}
	name := widgets.NewLabel(host.Text.S("settings.check"), theme.SizeNameText, widget.LowImportance, false)
	p.row = container.New(widgets.Columns{Widths: []float32{formLabelWidth, 0}, Gap: theme.Padding()}, name,
		container.New(layout.NewCustomPaddedVBoxLayout(0), rows, container.NewHBox(p.waiting)))
	p.row.Hide()
	return p
}

// next shows one more line, and returns it. If there are too few it is the last.
func (p *checkPanel) next() *checkLine {
	l := p.lines[min(p.used, mostLines-1)]
	p.used++
	l.clear()
	l.object.Show()
	return l
}

// running reports whether a test is under way.
func (p *checkPanel) running() bool { return p.cancel != nil }

// done reports whether a test has ended and can be copied.
func (p *checkPanel) done() bool { return len(p.steps) > 0 && !p.running() }

// start begins a test of the profile that is in the form.
func (p *checkPanel) start(profile core.Profile, secrets view.ProfileSecrets) {
	if p.running() {
		return
	}
	ctx, cancel := context.WithCancel(p.host.Tasks.Context)
	p.cancel, p.profile, p.began, p.steps = cancel, profile, p.host.Now(), nil
	p.used = 0
	for _, l := range p.lines {
		l.clear()
	}
	p.row.Show()
	p.waiting.Show()
	p.waiting.Start()
	p.changed()
	p.host.Tasks.Run(func(context.Context) func() {
		err := p.host.Controller.Check(ctx, profile, secrets, func(step core.Step) {
			p.host.Tasks.Post(func() {
				if ctx.Err() == nil {
					p.add(step)
				}
			})
		})
		return func() { p.finish(err, ctx.Err() != nil) }
	})
}

// stop ends the test that is under way.
func (p *checkPanel) stop() {
	if p.cancel != nil {
		p.cancel()
	}
}

func (p *checkPanel) add(step core.Step) {
	l := p.next()
	if key := targetKeys[step.Target]; key != "" && (len(p.steps) == 0 || p.steps[len(p.steps)-1].Target != step.Target) {
		l.server.Restyle(p.host.Text.S(key), widget.LowImportance, true)
	}
	p.steps = append(p.steps, step)
	p.write(l, step)
	p.changed()
}

func (p *checkPanel) finish(err error, stopped bool) {
	p.cancel()
	p.cancel = nil
	p.waiting.Stop()
	p.waiting.Hide()
	switch {
	case stopped || errors.Is(err, context.Canceled):
		p.next().what.Restyle(p.host.Text.S("settings.check.stopped"), widget.LowImportance, false)
	case err != nil && !p.failed():
		p.next().what.Restyle(p.host.Text.Explained(err), widget.DangerImportance, false)
	}
	p.changed()
}

// failed reports whether a step has failed, and so says what is wrong.
func (p *checkPanel) failed() bool {
	for _, step := range p.steps {
		if step.Status == core.StepFailed {
			return true
		}
	}
	return false
}

// stepLooks are the sign and the colour of a status. Colour is never the only sign.
var stepLooks = map[core.StepStatus]struct { //nolint:gochecknoglobals // a table
	sign       string
	importance widget.Importance
}{
	core.StepOK:         {"✓", widget.SuccessImportance},
	core.StepWarning:    {"▲", widget.WarningImportance},
	core.StepFailed:     {"✗", widget.DangerImportance},
	core.StepNotReached: {"–", widget.LowImportance},
}

// targetKeys are the keys of the servers' names.
var targetKeys = map[core.Target]string{ //nolint:gochecknoglobals // a table
	core.TargetAdmin: "settings.admin_url", core.TargetIngester: "settings.ingester_url",
}

// write shows a step in a line.
func (p *checkPanel) write(l *checkLine, step core.Step) {
	look := stepLooks[step.Status]
	words := step.Name
	if key := "settings.step." + step.Name; p.host.Text.Has(key) {
		words = p.host.Text.S(key)
	}
	if found := checkWords(p.host.Text, step.Found, step.Detail); found != "" {
		words += " · " + found
	}
	importance := widget.MediumImportance
	if step.Status == core.StepNotReached {
		importance = widget.LowImportance
	}
	l.sign.Restyle(look.sign, look.importance, true)
	l.what.Restyle(words, importance, false)
	l.took.Restyle(tookText(p.host.Text, step), widget.LowImportance, false)
	if advice := p.advice(step); advice != "" {
		l.todo.Restyle(advice, look.importance, false)
	}
}

// advice is what went wrong in a step and what to do about it.
func (p *checkPanel) advice(step core.Step) string {
	if step.Status != core.StepFailed && step.Status != core.StepWarning {
		return ""
	}
	advice := checkWords(p.host.Text, step.Todo, step.Advice)
	switch {
	case step.Err == nil:
		return advice
	case advice == "":
		return p.host.Text.Explained(step.Err)
	}
	return problemText(p.host.Text, step.Err) + " " + advice
}

// problemText says what went wrong, in the words of the test if it has any for this
// error, else in those of the error's code.
func problemText(t *wording.Text, e *core.Error) string {
	if e.Fact != nil {
		if words := checkWords(t, []core.Fact{*e.Fact}, ""); words != "" {
			return words
		}
	}
	sentence, _ := t.Explain(e)
	return wording.Capital(sentence) + "."
}

// checkWords says facts of the connection test, or otherwise if there are none or one
// has no translation.
func checkWords(t *wording.Text, facts []core.Fact, otherwise string) string {
	for _, f := range facts {
		if !t.Has(wording.CheckPrefix + f.Key) {
			return otherwise
		}
	}
	if len(facts) == 0 {
		return otherwise
	}
	return core.Words(t, namedFields(t, facts)...)
}

// namedFields replaces the keys of the profile file by the names of the form's fields.
func namedFields(t *wording.Text, facts []core.Fact) []core.Fact {
	out := slices.Clone(facts)
	for i, f := range out {
		if field, _ := f.With["Field"].(string); t.Has("settings." + field) {
			out[i].With = maps.Clone(f.With)
			out[i].With["Field"] = t.S("settings." + field)
		}
	}
	return out
}

func tookText(t *wording.Text, step core.Step) string {
	if step.Took <= 0 {
		return ""
	}
	return t.Millis(step.Took)
}

// report is the test as text, for those who are asked to help. It is in English, has
// no secret, and says no more than the screen.
func (p *checkPanel) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Ingester connection test, %s\n", p.began.UTC().Format(time.RFC3339))
	fmt.Fprintf(&b, "Profile:  %s\nIngester: %s\nAdmin:    %s\nToken:    %s\n\n",
		p.profile.Name, p.profile.IngesterURL, p.profile.AdminURL, p.profile.TokenURL())
	for _, step := range p.steps {
		took := ""
		if step.Took > 0 {
			took = step.Took.Round(100 * time.Microsecond).String()
		}
		fmt.Fprintf(&b, "%-12s %-9s %-19s %9s  %s\n", step.Status, step.Target, step.Name, took, step.Detail)
		if step.Err != nil {
			fmt.Fprintf(&b, "%14s%s: %s\n", "", step.Err.Code, step.Err.Message)
		}
		if step.Advice != "" {
			fmt.Fprintf(&b, "%14s-> %s\n", "", step.Advice)
		}
	}
	return b.String()
}
