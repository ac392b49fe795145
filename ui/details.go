package ui

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// factsOf are what is known of a transfer. The raw cause comes last.
func factsOf(t *text, r *row, now time.Time) []fact {
	words := presented(t, r, 0, 0, now)
	state := words.status
	_, advice := t.explain(r.err())
	if r.state() == core.StateUnknown { // whatever went wrong last
		code := core.CodeOutcomeUnknown
		if e := r.err(); e != nil && e.Code == core.CodeNotListed {
			code = e.Code
		}
		state, advice = t.explain(&core.Error{Code: code})
	}
	out := []fact{{t.s("fact.state"), capital(state)}}
	if advice != "" {
		out = append(out, fact{t.s("fact.advice"), advice})
	}
	if again := r.late().notBefore; r.state() == core.StateUnknown && again.After(now) {
		out = append(out, fact{t.s("fact.asked_again"), t.moment(again)})
	}
	out = append(out, fact{t.s("fact.path"), plain(r.path)}, fact{t.s("fact.size"), words.size + " (" + t.n("count.bytes", int(r.size)) + ")"})
	if server := r.way.Value().server; server != "" {
		out = append(out, fact{t.s("fact.server"), server})
	}
	if r.attempts() > 0 {
		out = append(out, fact{t.s("fact.attempts"), t.number(int64(r.attempts()))})
	}
	if c := r.receipt(); c != nil {
		out = append(out, fact{t.s("fact.file_id"), plain(c.FileID)}, fact{"SHA-256", string(c.SHA256)},
			fact{t.s("fact.stored"), t.moment(c.UploadedAt)})
		if !c.ExpiresAt.IsZero() {
			out = append(out, fact{t.s("fact.expires"), t.moment(c.ExpiresAt)})
		}
		out = append(out, t.differing(c)...)
	}
	return append(out, t.causes(r.err())...)
}

// showDetails opens everything that is known of a transfer.
func (v *transfersView) showDetails(id core.TransferID) {
	r := v.model.Find(id)
	if r == nil {
		return
	}
	showTransfer(v.sh, *r)
}

// showTransfer opens everything that is known of a transfer, with its
// attempts.
func showTransfer(s *shell, r row) {
	async(s, func(ctx context.Context) ([]core.Attempt, error) { return s.ctl.Attempts(ctx, r.id) },
		func(attempts []core.Attempt, err error) {
			if err != nil {
				s.log.Warn("reading attempts", "transfer", r.id, "error", err)
			}
			facts := factsOf(s.text, &r, s.now())
			for _, a := range attempts {
				facts = append(facts, attempt(s.text, a))
			}
			_, name := splitName(r.name)
			var more []fyne.CanvasObject
			if testable(r.err()) && s.settings == nil {
				more = append(more, testButton(s, r.err(), func() { s.escape() }))
			}
			showFacts(s, name, facts, more...)
		})
}

// attempt says when one try began, how long it took, how far it came and what
// became of it.
func attempt(t *text, a core.Attempt) fact {
	parts := []string{t.moment(a.Start)}
	if a.End.After(a.Start) {
		parts = append(parts, millis(t, a.End.Sub(a.Start)))
	}
	parts = append(parts, t.size(a.Sent))
	switch {
	case a.Code != "":
		sentence, _ := t.explain(&core.Error{Code: a.Code, Status: a.Status})
		parts = append(parts, sentence)
	case !a.End.IsZero():
		parts = append(parts, t.s("state.stored"))
	}
	words := strings.Join(parts, " · ")
	if a.Detail != "" {
		words += "\n" + plain(a.Detail)
	}
	return fact{t.s("fact.attempt", args{"N": t.number(int64(a.Number))}), words}
}

var skipKeys = map[core.SkipReason]string{ //nolint:gochecknoglobals // a table
	core.SkipSymlink: "skip.symlink", core.SkipSpecial: "skip.special",
	core.SkipUnreadable: "skip.unreadable", core.SkipMissing: "skip.missing", core.SkipDuplicate: "skip.duplicate", skipNoPath: "skip.no_path",
}

// mostSkipped is how many skipped paths a dialog names.
const mostSkipped = 200

// showSkipped says what a drop left out, and why.
func showSkipped(s *shell, skipped []core.Skipped) {
	facts := make([]fact, 0, min(len(skipped), mostSkipped)+1)
	for i, k := range skipped {
		if i == mostSkipped {
			facts = append(facts, fact{"…", s.text.n("drop.more", len(skipped)-mostSkipped)})
			break
		}
		facts = append(facts, fact{s.text.s(skipKeys[k.Reason]), plain(k.Path)})
	}
	showFacts(s, capital(s.text.n("drop.skipped", len(skipped))), facts)
}
