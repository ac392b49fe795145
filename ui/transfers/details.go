package transfers

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// factsOf are the details of a transfer. The raw cause comes last.
func factsOf(t *wording.Text, r *queue.Row, now time.Time) []wording.Fact {
	words := presented(t, r, 0, 0, now)
	state := words.status
	_, advice := t.Explain(r.Err())
	if r.State() == core.StateUnknown { // not what went wrong last
		code := core.CodeOutcomeUnknown
		if e := r.Err(); e != nil && e.Code == core.CodeNotListed {
			code = e.Code
		}
		state, advice = t.Explain(&core.Error{Code: code})
	}
	if r.State() == core.StateTaken {
		advice = t.S("advice.taken")
	}
	out := []wording.Fact{{Name: t.S("fact.state"), Value: wording.Capital(state)}}
	if advice != "" {
		out = append(out, wording.Fact{Name: t.S("fact.advice"), Value: advice})
	}
	if at := r.TakenAt(); !at.IsZero() {
		out = append(out, wording.Fact{Name: t.S("fact.taken"), Value: t.Moment(at)})
	}
	if again := r.NotBefore(); r.State() == core.StateUnknown && again.After(now) {
		out = append(out, wording.Fact{Name: t.S("fact.asked_again"), Value: t.Moment(again)})
	}
	out = append(out, wording.Fact{Name: t.S("fact.path"), Value: wording.Plain(r.Path)}, wording.Fact{Name: t.S("fact.size"), Value: words.size + " (" + t.N("count.bytes", int(r.Size)) + ")"})
	if server := r.Server(); server != "" {
		out = append(out, wording.Fact{Name: t.S("fact.server"), Value: server})
	}
	if r.Attempts() > 0 {
		out = append(out, wording.Fact{Name: t.S("fact.attempts"), Value: t.Number(int64(r.Attempts()))})
	}
	if c := r.Receipt(); c != nil {
		out = append(out, wording.Fact{Name: t.S("fact.file_id"), Value: wording.Plain(c.FileID)}, wording.Fact{Name: "SHA-256", Value: string(c.SHA256)},
			wording.Fact{Name: t.S("fact.stored"), Value: t.Moment(c.UploadedAt)})
		if !c.ExpiresAt.IsZero() {
			out = append(out, wording.Fact{Name: t.S("fact.expires"), Value: t.Moment(c.ExpiresAt)})
		}
		out = append(out, t.DifferenceFacts(c)...)
	}
	return append(out, t.CauseFacts(r.Err())...)
}

// showDetails opens the details of a row.
func (v *View) showDetails(id core.TransferID) {
	r := v.model.Find(id)
	if r == nil {
		return
	}
	ShowTransfer(v.host, *r)
}

// ShowTransfer opens the details of a transfer, with its attempts.
func ShowTransfer(host *view.Host, r queue.Row) {
	view.Async(host, func(ctx context.Context) ([]core.Attempt, error) { return host.Controller.Attempts(ctx, r.ID) },
		func(attempts []core.Attempt, err error) {
			if err != nil {
				host.Log.Warn("reading attempts", "transfer", r.ID, "error", err)
			}
			facts := factsOf(host.Text, &r, host.Now())
			for _, a := range attempts {
				facts = append(facts, attempt(host.Text, a))
			}
			_, name := wording.SplitName(r.Name)
			var more []fyne.CanvasObject
			if view.Testable(r.Err()) && host.Settings == nil {
				more = append(more, view.TestButton(host, r.Err(), func() { host.Escape() }))
			}
			view.ShowFacts(host, name, facts, more...)
		})
}

// attempt says when an attempt began, how long it took, how much it sent and how it
// ended.
func attempt(t *wording.Text, a core.Attempt) wording.Fact {
	parts := []string{t.Moment(a.Start)}
	if a.End.After(a.Start) {
		parts = append(parts, t.Millis(a.End.Sub(a.Start)))
	}
	parts = append(parts, t.Size(a.Sent))
	switch {
	case a.Code != "":
		sentence, _ := t.Explain(&core.Error{Code: a.Code, Status: a.Status})
		parts = append(parts, sentence)
	case !a.End.IsZero():
		parts = append(parts, t.S("state.stored"))
	}
	words := strings.Join(parts, " · ")
	if a.Detail != "" {
		words += "\n" + wording.Plain(a.Detail)
	}
	return wording.Fact{Name: t.S("fact.attempt", wording.Args{"N": t.Number(int64(a.Number))}), Value: words}
}

var skipKeys = map[core.SkipReason]string{ //nolint:gochecknoglobals // a table
	core.SkipSymlink: "skip.symlink", core.SkipSpecial: "skip.special",
	core.SkipUnreadable: "skip.unreadable", core.SkipMissing: "skip.missing", core.SkipDuplicate: "skip.duplicate", view.SkipNoPath: "skip.no_path",
}

// mostSkipped is how many skipped paths a dialog names.
const mostSkipped = 200

// ShowSkipped says which dropped files are not added, and why.
func ShowSkipped(host *view.Host, skipped []core.Skipped) {
	facts := make([]wording.Fact, 0, min(len(skipped), mostSkipped)+1)
	for i, k := range skipped {
		if i == mostSkipped {
			facts = append(facts, wording.Fact{Name: "…", Value: host.Text.N("drop.more", len(skipped)-mostSkipped)})
			break
		}
		facts = append(facts, wording.Fact{Name: host.Text.S(skipKeys[k.Reason]), Value: wording.Plain(k.Path)})
	}
	view.ShowFacts(host, wording.Capital(host.Text.N("drop.skipped", len(skipped))), facts)
}
