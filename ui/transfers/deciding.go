package transfers

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// mostNamed is how many files a question names.
const mostNamed = 5

// undecided are the transfers of unknown outcome, whatever the filter shows.
func (v *View) undecided() (ids []core.TransferID) {
	if v.model.Totals.Unknown == 0 {
		return nil
	}
	for i := range v.model.Rows {
		if r := &v.model.Rows[i]; r.Can(queue.ActDecide) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// decide says what is known of files of unknown outcome, and what can be done.
func (v *View) decide(ids []core.TransferID) {
	if len(ids) == 0 {
		return
	}
	named := ids[:min(len(ids), mostNamed)]
	view.Async(v.host, func(ctx context.Context) ([][]core.Attempt, error) {
		found := make([][]core.Attempt, len(named))
		for i, id := range named {
			var err error
			if found[i], err = v.host.Controller.Attempts(ctx, id); err != nil {
				return found, err
			}
		}
		return found, nil
	}, func(attempts [][]core.Attempt, err error) {
		if err != nil {
			v.host.Log.Warn("reading attempts", "error", err)
		}
		v.offer(ids, v.doubts(named, attempts))
	})
}

// doubts says of each file when what was sent, and what the server answered.
func (v *View) doubts(ids []core.TransferID, attempts [][]core.Attempt) []wording.Fact {
	t, facts := v.host.Text, make([]wording.Fact, 0, len(ids)+1)
	for i, id := range ids {
		r := v.model.Find(id)
		if r == nil {
			continue // removed meanwhile
		}
		_, name := wording.SplitName(r.Name)
		known := []string{t.Size(r.Size) + " · " + wording.Host(r.Server())}
		if a := unheard(attempts[i]); a != nil {
			known = append(known, attempt(t, *a).Value)
		} else if reason, _ := t.Explain(r.Err()); reason != "" {
			known = append(known, reason)
		}
		if again := r.NotBefore(); again.After(v.host.Now()) {
			known = append(known, t.S("fact.asked_again")+": "+t.Moment(again))
		}
		facts = append(facts, wording.Fact{Name: name, Value: strings.Join(known, "\n")})
	}
	return facts
}

// unheard is the newest attempt after which nobody knows whether the file arrived.
func unheard(attempts []core.Attempt) *core.Attempt {
	for i := len(attempts) - 1; i >= 0; i-- {
		if attempts[i].Outcome == core.OutcomeUnknown {
			return &attempts[i]
		}
	}
	return nil
}

// offer asks what is to be done.
func (v *View) offer(ids []core.TransferID, known []wording.Fact) {
	t, c := v.host.Text, v.host.Controller
	grid := container.New(layout.NewFormLayout())
	line := func(words string) *widget.Label {
		l := widget.NewLabel(words)
		l.Wrapping = fyne.TextWrapWord
		return l
	}
	for _, f := range known {
		name := widgets.NewLabel(widgets.Ellipsis(f.Name, 190, widgets.Sizes["text"], fyne.TextStyle{}), theme.SizeNameText, widget.MediumImportance, false)
		grid.Add(name)
		grid.Add(line(f.Value))
	}
	if more := len(ids) - mostNamed; more > 0 {
		grid.Add(widgets.NewLabel("…", theme.SizeNameText, widget.LowImportance, false))
		grid.Add(line(t.N("drop.more", more)))
	}
	var d *dialog.CustomDialog
	choices := container.New(layout.NewFormLayout())
	choice := func(words, means string, do func()) *widgets.PushButton {
		b := widgets.NewButton(words, func() {
			d.Hide()
			do()
		})
		choices.Add(container.NewVBox(widgets.Outlined(b)))
		choices.Add(line(means))
		return b
	}
	act := func(verb func(context.Context, ...core.TransferID) error) func() {
		return func() { v.host.Act(func(ctx context.Context) error { return verb(ctx, ids...) }) }
	}
	ask := choice(t.S("decide.ask"), t.S("decide.ask.means"), act(c.Ask))
	ask.Importance = widget.HighImportance
	choice(t.S("decide.take"), t.S("decide.take.means"), act(c.Take))
	choice(t.S("action.again"), t.S("decide.again.means"), act(c.Retry))
	choice(t.S("action.remove"), t.S("decide.remove.means"), func() { v.do(queue.ActRemove, ids) })
	words := t.S("decide.one")
	if len(ids) > 1 {
		words = t.N("decide.text", len(ids))
	}
	content := container.NewVScroll(widgets.Inset(0, 0, 10, 0, container.NewVBox(line(words), choices, widget.NewSeparator(), grid)))
	d = dialog.NewCustomWithoutButtons(t.S("decide.title"), content, v.host.Win)
	d.SetButtons([]fyne.CanvasObject{widgets.NewButton(t.S("button.back"), func() { d.Hide() })})
	d.Resize(view.Within(v.host, 620, 520))
	view.PresentScroll(v.host, d, content)
	v.host.Win.Canvas().Focus(ask)
}
