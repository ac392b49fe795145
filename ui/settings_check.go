package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// checkPanel shows the connection test line by line as it goes on. It belongs
// to the UI goroutine.
type checkPanel struct {
	s       *shell
	rows    *fyne.Container
	waiting *widget.Activity
	row     fyne.CanvasObject // label and rows, hidden until a test begins
	changed func()            // a test began, went on or ended

	profile core.Profile
	began   time.Time
	steps   []core.Step
	cancel  context.CancelFunc // nil while no test runs
}

func newCheckPanel(s *shell) *checkPanel {
	p := &checkPanel{s: s, rows: container.New(layout.NewCustomPaddedVBoxLayout(0)), waiting: widget.NewActivity()}
	name := newLabel(s.text.s("settings.check"), theme.SizeNameText, widget.LowImportance, false)
	p.row = container.New(columns{[]float32{formLabelWidth, 0}, theme.Padding()}, name,
		container.New(layout.NewCustomPaddedVBoxLayout(0), newDense(p.rows), container.NewHBox(p.waiting)))
	p.row.Hide()
	return p
}

// running reports whether a test is under way.
func (p *checkPanel) running() bool { return p.cancel != nil }

// done reports whether there is something to copy.
func (p *checkPanel) done() bool { return len(p.steps) > 0 && !p.running() }

// start begins a test of profile as it stands in the form.
func (p *checkPanel) start(profile core.Profile, secrets ProfileSecrets) {
	if p.running() {
		return
	}
	ctx, cancel := context.WithCancel(p.s.tasks.ctx)
	p.cancel, p.profile, p.began, p.steps = cancel, profile, p.s.now(), nil
	p.rows.RemoveAll()
	p.row.Show()
	p.waiting.Show()
	p.waiting.Start()
	p.changed()
	p.s.tasks.run(func(context.Context) func() {
		err := p.s.ctl.Check(ctx, profile, secrets, func(step core.Step) {
			p.s.tasks.show(func() {
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
	if key := targetKeys[step.Target]; key != "" && (len(p.steps) == 0 || p.steps[len(p.steps)-1].Target != step.Target) {
		p.rows.Add(newLabel(p.s.text.s(key), sizeSmall, widget.LowImportance, true))
	}
	p.steps = append(p.steps, step)
	p.rows.Add(p.line(step))
	p.changed()
}

func (p *checkPanel) finish(err error, stopped bool) {
	p.cancel()
	p.cancel = nil
	p.waiting.Stop()
	p.waiting.Hide()
	switch {
	case stopped || errors.Is(err, context.Canceled):
		p.rows.Add(newLabel(p.s.text.s("settings.check.stopped"), sizeSmall, widget.LowImportance, false))
	case err != nil && !p.told():
		l := newLabel(explained(p.s.text, err), sizeSmall, widget.DangerImportance, false)
		l.Wrapping = fyne.TextWrapWord
		p.rows.Add(l)
	}
	p.changed()
}

// told reports whether a step has said what is wrong.
func (p *checkPanel) told() bool {
	for _, step := range p.steps {
		if step.Status == core.StepFailed {
			return true
		}
	}
	return false
}

// stepLooks are the sign and the importance of a verdict: never colour alone.
var stepLooks = map[core.StepStatus]struct { //nolint:gochecknoglobals // a table //nolint:gochecknoglobals // a table
	sign       string
	importance widget.Importance
}{
	core.StepOK:         {"✓", widget.SuccessImportance},
	core.StepWarning:    {"▲", widget.WarningImportance},
	core.StepFailed:     {"✗", widget.DangerImportance},
	core.StepNotReached: {"–", widget.LowImportance},
}

// targetKeys head the steps of each server, where there are two.
var targetKeys = map[core.Target]string{ //nolint:gochecknoglobals // a table //nolint:gochecknoglobals // a table
	core.TargetAdmin: "settings.admin_url", core.TargetIngester: "settings.ingester_url",
}

func (p *checkPanel) line(step core.Step) fyne.CanvasObject {
	look := stepLooks[step.Status]
	words := step.Name
	if key := "settings.step." + step.Name; p.s.text.has(key) {
		words = p.s.text.s(key)
	}
	if found := checkWords(p.s.text, step.Found, step.Detail); found != "" {
		words += " · " + found
	}
	importance := widget.MediumImportance
	if step.Status == core.StepNotReached {
		importance = widget.LowImportance
	}
	what := newLabel(words, sizeSmall, importance, false)
	what.Wrapping = fyne.TextWrapWord
	took := newLabel(tookText(p.s.text, step), sizeSmall, widget.LowImportance, false)
	took.Alignment = fyne.TextAlignTrailing
	lines := container.New(layout.NewCustomPaddedVBoxLayout(0), what)
	if advice := p.advice(step); advice != "" {
		a := newLabel(advice, sizeSmall, look.importance, false)
		a.Wrapping = fyne.TextWrapWord
		lines.Add(a)
	}
	return container.New(columns{[]float32{22, 0, 64}, 0}, newLabel(look.sign, sizeSmall, look.importance, true), lines, took)
}

// advice is what went wrong in a step and what to do about it.
func (p *checkPanel) advice(step core.Step) string {
	if step.Status != core.StepFailed && step.Status != core.StepWarning {
		return ""
	}
	advice := checkWords(p.s.text, step.Todo, step.Advice)
	switch {
	case step.Err == nil:
		return advice
	case advice == "":
		return explained(p.s.text, step.Err)
	}
	return problemText(p.s.text, step.Err) + " " + advice
}

// problemText says what went wrong: in the words of the test where it has some
// of its own, else in those of the error's code.
func problemText(t *text, e *core.Error) string {
	if e.Fact != nil {
		if words := checkWords(t, []core.Fact{*e.Fact}, ""); words != "" {
			return words
		}
	}
	sentence, _ := t.explain(e)
	return capital(sentence) + "."
}

// checkWords words facts of the connection test, or gives otherwise where one
// of them is not translated.
func checkWords(t *text, facts []core.Fact, otherwise string) string {
	for _, f := range facts {
		if !t.has(factPrefix + f.Key) {
			return otherwise
		}
	}
	if len(facts) == 0 {
		return otherwise
	}
	return core.Words(t, facts...)
}

// factPrefix and a fact's key are the key of its translation.
const factPrefix = "check."

// Sentence implements core.Language.
func (t *text) Sentence(key string, n int) string {
	return t.fill(factPrefix+key, plural(t.lang, n), nil)
}

// Value implements core.Language.
func (t *text) Value(v any) string {
	switch v := v.(type) {
	case int:
		return t.number(int64(v))
	case int64:
		return t.size(v)
	case time.Duration:
		return t.duration(v)
	}
	return fmt.Sprint(v)
}

func tookText(t *text, step core.Step) string {
	if step.Took <= 0 {
		return ""
	}
	return millis(t, step.Took)
}

// report is the test as text for whoever has to help. It is in English, holds
// no secret, and says nothing that the screen does not.
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
