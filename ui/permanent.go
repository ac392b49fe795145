package ui

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
)

// permanents makes stored temporary files permanent, one after the other, and
// says how far it is. It belongs to the UI goroutine.
type permanents struct {
	sh      *shell
	notices func() []*notice // of the pages that say it
	changed func(done bool)  // something moved; done: all that was asked for

	steps  map[core.TransferID]core.Finalisation // of what is under way or waits its turn
	queue  []storedFile
	made   int
	failed []refusedPermanence
	cancel context.CancelFunc // nil while nothing is under way
}

// newPermanents has nothing to do yet. Who shows it sets notices and changed.
func newPermanents(s *shell) *permanents {
	return &permanents{sh: s, steps: map[core.TransferID]core.Finalisation{}}
}

// storedFile names a stored file.
type storedFile struct {
	id     core.TransferID
	fileID string
	name   string
}

// refusedPermanence is a file that stays temporary, and why.
type refusedPermanence struct {
	file storedFile
	err  error
}

// storedOf names a transfer's file; false where it is none that could be made
// permanent.
func storedOf(t *core.Transfer) (storedFile, bool) {
	if !t.Temporary() {
		return storedFile{}, false
	}
	_, name := splitName(t.Source.Name)
	return storedFile{t.ID, t.Receipt.FileID, name}, true
}

// ask makes files permanent after a question: it can't be taken back.
func (p *permanents) ask(files []storedFile) {
	if len(files) == 0 {
		return
	}
	t := p.sh.text
	words := t.n("permanent.text", len(files))
	if len(files) == 1 {
		words = t.s("permanent.one", args{"Name": files[0].name})
	}
	ask(p.sh, t.s("permanent.title"), words, t.s("action.permanent"), func() { p.add(files) })
}

func (p *permanents) add(files []storedFile) {
	for _, f := range files {
		if _, known := p.steps[f.id]; !known {
			p.steps[f.id] = core.Finalisation{}
			p.queue = append(p.queue, f)
		}
	}
	if p.cancel == nil && len(p.queue) > 0 {
		p.next()
	}
	p.changed(false)
}

// next begins with the first file of the queue.
func (p *permanents) next() {
	f := p.queue[0]
	p.queue = p.queue[1:]
	ctx, cancel := context.WithCancel(p.sh.tasks.ctx)
	p.cancel = cancel
	p.step(f, core.Finalisation{})
	p.sh.tasks.run(func(context.Context) func() {
		defer cancel()
		err := p.finalise(ctx, f, func(step core.Finalisation) {
			p.sh.tasks.show(func() {
				if ctx.Err() == nil {
					p.step(f, step)
				}
			})
		})
		return func() { p.finished(f, err) } //nolint:contextcheck // the next file has a context of its own
	})
}

// finalise runs off the UI goroutine. The list has no whole transfers, so the
// file is looked for in the history.
func (p *permanents) finalise(ctx context.Context, f storedFile, step func(core.Finalisation)) error {
	found, err := p.sh.ctl.History(ctx, core.HistoryQuery{Text: f.fileID})
	if err != nil {
		return err
	}
	for i := range found {
		if found[i].ID == f.id {
			return p.sh.ctl.Finalise(ctx, found[i], core.FinaliseOptions{}, step)
		}
	}
	return &core.Error{Kind: core.KindFile, Code: core.CodeInternal, Op: "make file permanent", Message: "The history does not have this file."}
}

// step says how far the server is with a file.
func (p *permanents) step(f storedFile, step core.Finalisation) {
	p.steps[f.id] = step
	t := p.sh.text
	words := t.s("permanent.now", args{"Name": f.name, "Step": finalising(t, step)})
	if n := len(p.queue); n > 0 {
		words += " · " + t.n("permanent.more", n)
	}
	p.say(words, t.s("button.stop"), p.stop)
	p.changed(false)
}

// stop waits no longer. The server goes on with what it has begun.
func (p *permanents) stop() {
	if p.cancel != nil {
		p.queue = nil
		p.cancel()
	}
}

func (p *permanents) finished(f storedFile, err error) {
	delete(p.steps, f.id)
	p.cancel = nil
	switch core.CodeOf(err) {
	case "":
		p.made++
	case core.CodeCancelled:
	default:
		p.sh.log.Warn("a file stays temporary", "transfer", f.id, "error", err)
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

// conclude says what became of everything that was asked for.
func (p *permanents) conclude(stopped bool) {
	t, made, failed := p.sh.text, p.made, p.failed
	p.made, p.failed, p.steps = 0, nil, map[core.TransferID]core.Finalisation{}
	words := t.n("permanent.done", made)
	if stopped {
		words = t.s("permanent.stopped")
	}
	if len(failed) == 0 {
		p.say(words, "", nil)
	} else {
		if !stopped && made == 0 {
			words = ""
		} else {
			words += " · "
		}
		p.say(words+t.n("permanent.failed", len(failed)), t.s("drop.why"), func() { p.explain(failed) })
	}
	p.changed(true)
	if len(failed) == 1 && made == 0 {
		p.explain(failed)
	}
}

// explain says why files stay temporary.
func (p *permanents) explain(failed []refusedPermanence) {
	t := p.sh.text
	facts := make([]fact, 0, len(failed))
	for _, f := range failed {
		sentence, advice := t.explain(core.AsError(f.err))
		if waits[messages[core.CodeOf(f.err)].advice] {
			advice = t.s("advice.finalise")
		}
		facts = append(facts, fact{f.file.name, capital(sentence) + ". " + advice})
	}
	var more []fyne.CanvasObject
	if e := core.AsError(failed[0].err); len(failed) == 1 {
		facts = append(facts, t.causes(e)...)
		if testable(e) && p.sh.settings == nil {
			more = append(more, testButton(p.sh, e, func() { p.sh.escape() }))
		}
	}
	showFacts(p.sh, capital(t.n("permanent.failed", len(failed))), facts, more...)
}

// waits are the advices that hold for an upload only: nothing here is tried
// again by itself.
var waits = map[string]bool{"advice.network": true, "advice.wait": true} //nolint:gochecknoglobals // a table

func (p *permanents) say(words, button string, tapped func()) {
	for _, n := range p.notices() {
		n.show(theme.InfoIcon(), words, button, tapped)
	}
}

// finalising says a server's step in words.
func finalising(t *text, step core.Finalisation) string {
	key := "permanent.step." + step.Status
	switch {
	case step.Status == "":
		key = "permanent.step.asking"
	case !t.has(key):
		key = "permanent.step.other"
	}
	words := t.s(key)
	if step.Percent > 0 && step.Percent < 100 {
		words += ", " + t.percent(float64(step.Percent)/100)
	}
	return words
}
