package transfers

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// Finaliser makes stored temporary files permanent, one after the other, and says
// how far it is. It belongs to the UI goroutine.
type Finaliser struct {
	host    *view.Host
	Notices func() []*view.Notice // where it says so
	Changed func(done bool)       // called after each step; done says that all files are done

	steps  map[core.TransferID]core.Finalisation // of the files that are not done yet
	queue  []StoredFile
	made   int
	failed []refusedPermanence
	cancel context.CancelFunc // nil while nothing is under way
}

// NewFinaliser returns a Finaliser without files. Set Notices and Changed before
// the first use.
func NewFinaliser(host *view.Host) *Finaliser {
	return &Finaliser{host: host, steps: map[core.TransferID]core.Finalisation{}}
}

// StoredFile names a stored file.
type StoredFile struct {
	id     core.TransferID
	fileID string
	name   string
}

// refusedPermanence is a file that stays temporary, and why.
type refusedPermanence struct {
	file StoredFile
	err  error
}

// StoredOf is the stored file of a transfer. It reports false if that file can't be
// made permanent.
func StoredOf(t *core.Transfer) (StoredFile, bool) {
	if !t.Temporary() {
		return StoredFile{}, false
	}
	_, name := wording.SplitName(t.Source.Name)
	return StoredFile{t.ID, t.Receipt.FileID, name}, true
}

// Ask makes files permanent if the user agrees, since it can't be undone.
func (p *Finaliser) Ask(files []StoredFile) {
	if len(files) == 0 {
		return
	}
	t := p.host.Text
	words := t.N("permanent.text", len(files))
	if len(files) == 1 {
		words = t.S("permanent.one", wording.Args{"Name": files[0].name})
	}
	view.Ask(p.host, t.S("permanent.title"), words, t.S("action.permanent"), func() { p.Add(files) })
}

// Add makes files permanent, after those that were added before.
func (p *Finaliser) Add(files []StoredFile) {
	for _, f := range files {
		if _, known := p.steps[f.id]; !known {
			p.steps[f.id] = core.Finalisation{}
			p.queue = append(p.queue, f)
		}
	}
	if p.cancel == nil && len(p.queue) > 0 {
		p.next()
	}
	p.Changed(false)
}

// next begins with the next file.
func (p *Finaliser) next() {
	f := p.queue[0]
	p.queue = p.queue[1:]
	ctx, cancel := context.WithCancel(p.host.Tasks.Context)
	p.cancel = cancel
	p.step(f, core.Finalisation{})
	p.host.Tasks.Run(func(context.Context) func() {
		defer cancel()
		err := p.finalise(ctx, f, func(step core.Finalisation) {
			p.host.Tasks.Post(func() {
				if ctx.Err() == nil {
					p.step(f, step)
				}
			})
		})
		return func() { p.finished(f, err) } //nolint:contextcheck // the next file has a context of its own
	})
}

// finalise runs on another goroutine. The list has no whole transfers, so it looks
// the file up in the history.
func (p *Finaliser) finalise(ctx context.Context, f StoredFile, step func(core.Finalisation)) error {
	found, err := p.host.Controller.History(ctx, core.HistoryQuery{Text: f.fileID})
	if err != nil {
		return err
	}
	for i := range found {
		if found[i].ID == f.id {
			return p.host.Controller.Finalise(ctx, found[i], core.FinaliseOptions{}, step)
		}
	}
	return &core.Error{Kind: core.KindFile, Code: core.CodeInternal, Op: "make file permanent", Message: "The history does not have this file."}
}

// step says how far the server is with a file.
func (p *Finaliser) step(f StoredFile, step core.Finalisation) {
	p.steps[f.id] = step
	t := p.host.Text
	words := t.S("permanent.now", wording.Args{"Name": f.name, "Step": finalising(t, step)})
	if n := len(p.queue); n > 0 {
		words += " · " + t.N("permanent.more", n)
	}
	p.say(words, t.S("button.stop"), p.stop)
	p.Changed(false)
}

// stop stops waiting and drops the remaining files. The server finishes what it has
// begun.
func (p *Finaliser) stop() {
	if p.cancel != nil {
		p.queue = nil
		p.cancel()
	}
}

func (p *Finaliser) finished(f StoredFile, err error) {
	delete(p.steps, f.id)
	p.cancel = nil
	switch core.CodeOf(err) {
	case "":
		p.made++
	case core.CodeCancelled:
	default:
		p.host.Log.Warn("a file stays temporary", "transfer", f.id, "error", err)
		p.failed = append(p.failed, refusedPermanence{f, err})
		if core.CodeOf(err) == core.CodeFinaliseUnsupported {
			p.queue = nil // it would refuse the others as well
		}
	}
	if len(p.queue) > 0 {
		p.next()
		return
	}
	p.conclude(core.CodeOf(err) == core.CodeCancelled)
}

// conclude says what became of all files.
func (p *Finaliser) conclude(stopped bool) {
	t, made, failed := p.host.Text, p.made, p.failed
	p.made, p.failed, p.steps = 0, nil, map[core.TransferID]core.Finalisation{}
	words := t.N("permanent.done", made)
	if stopped {
		words = t.S("permanent.stopped")
	}
	if len(failed) == 0 {
		p.say(words, "", nil)
	} else {
		if !stopped && made == 0 {
			words = ""
		} else {
			words += " · "
		}
		p.say(words+t.N("permanent.failed", len(failed)), t.S("drop.why"), func() { p.explain(failed) })
	}
	p.Changed(true)
	if len(failed) == 1 && made == 0 {
		p.explain(failed)
	}
}

// explain says why files stay temporary.
func (p *Finaliser) explain(failed []refusedPermanence) {
	t := p.host.Text
	facts := make([]wording.Fact, 0, len(failed))
	for _, f := range failed {
		sentence, advice := t.Explain(core.AsError(f.err))
		if waits[wording.AdviceKey(core.CodeOf(f.err))] {
			advice = t.S("advice.finalise")
		}
		facts = append(facts, wording.Fact{Name: f.file.name, Value: wording.Capital(sentence) + ". " + advice})
	}
	var more []fyne.CanvasObject
	if e := core.AsError(failed[0].err); len(failed) == 1 {
		facts = append(facts, t.CauseFacts(e)...)
		if view.Testable(e) && p.host.Settings == nil {
			more = append(more, view.TestButton(p.host, e, func() { p.host.Escape() }))
		}
	}
	view.ShowFacts(p.host, wording.Capital(t.N("permanent.failed", len(failed))), facts, more...)
}

// waits are the keys of advice that is true for uploads only, which are retried by
// themselves.
var waits = map[string]bool{"advice.network": true, "advice.wait": true} //nolint:gochecknoglobals // a table

func (p *Finaliser) say(words, button string, tapped func()) {
	for _, n := range p.Notices() {
		n.Show(theme.InfoIcon(), words, button, tapped)
	}
}

// finalising says how far the server is.
func finalising(t *wording.Text, step core.Finalisation) string {
	key := "permanent.step." + step.Status
	switch {
	case step.Status == "":
		key = "permanent.step.asking"
	case !t.Has(key):
		key = "permanent.step.other"
	}
	words := t.S(key)
	if step.Percent > 0 && step.Percent < 100 {
		words += ", " + t.Percent(float64(step.Percent)/100)
	}
	return words
}
