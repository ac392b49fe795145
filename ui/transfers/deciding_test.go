package transfers

import (
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// unknowns has n files of unknown outcome, and a damaged one.
func unknowns(n int) *viewtest.Fake {
	ctl := viewtest.NewFake()
	for i := range n {
		x := viewtest.Transfer(i+1, "box/file "+string(rune('a'+i)), 11<<20, core.StateUnknown)
		x.Attempts, x.NotBefore = 2, viewtest.Start().Add(time.Hour)
		x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown}
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	damaged := viewtest.Transfer(n+1, "damaged", 1, core.StateUnknown)
	damaged.Error = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, damaged)
	ctl.AttemptsOf = map[core.TransferID][]core.Attempt{"t1": {
		{Number: 1, Start: viewtest.Start(), End: viewtest.Start().Add(2 * time.Second), Sent: 11 << 20, Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown, Detail: "connection reset by peer"},
		{Number: 2, Start: viewtest.Start(), Code: core.CodeConnectionRefused, Detail: "another day"},
	}}
	return ctl
}

// Each answer does what it says, for one file and for a selection.
func TestDecide(t *testing.T) {
	for answer, verb := range map[string]string{"Ask the server again": "ask", "Take as arrived": "take", "Send it again": "retry", "Remove from the list": "remove"} {
		h := open(t, unknowns(3), "en", "light")
		h.v.tapAction("t1", queue.ActDecide, nil)
		h.Until("the question", func() bool { return strings.Contains(h.Words(), "Arrived or not?") })
		h.Says("connection reset by peer")
		h.Says("2.0 s · 11.0 MiB")
		if h.SaysNow("another day") {
			t.Error("it names an attempt that sent nothing")
		}
		h.Tap(answer)
		h.Called(verb + " [t1]")

		h = open(t, unknowns(8), "en", "light")
		h.v.SelectAll()
		h.v.showMenuOf(1)
		h.Choose("Decide… (8)")
		h.Until("the question", func() bool { return strings.Contains(h.Words(), "these 8 files") })
		for _, words := range []string{"file a", "file e", "and 3 more", "there twice", "not verified and not in SHA256SUMS"} {
			h.Says(words)
		}
		if h.SaysNow("file f\n11") {
			t.Error("it names more files than fit")
		}
		h.DialogFits()
		h.Tap(answer)
		h.Called(verb + " [t1 t2 t3 t4 t5 t6 t7 t8]")
	}
}

// All that are unknown can be decided about from any row, whatever is selected.
func TestDecideAboutAll(t *testing.T) {
	ctl := unknowns(3)
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(9, "other", 1, core.StateStored))
	h := open(t, ctl, "en", "light")
	h.v.showMenuOf(4)
	h.Choose("Decide about all of unknown outcome… (3)")
	h.Until("the question", func() bool { return strings.Contains(h.Words(), "these 3 files") })
	h.Tap("Take as arrived")
	h.Called("take [t1 t2 t3]")
}

// Nothing can be decided about a damaged entry.
func TestDamagedIsNotDecidedAbout(t *testing.T) {
	h := open(t, unknowns(1), "en", "light")
	r := h.model.Find("t2")
	if r.Can(queue.ActDecide) || presented(viewtest.English(t), r, 0, 0, viewtest.Start()).primary != queue.ActNone {
		t.Error("a damaged entry can be decided about")
	}
}

// The details of what was taken say when, and that nobody has verified it.
func TestDetailsOfTaken(t *testing.T) {
	x := viewtest.Transfer(1, "a", 1, core.StateTaken)
	x.FinishedAt = viewtest.Start()
	x.Error = &core.Error{Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown}
	r := queue.NewRow(&x)
	text := viewtest.English(t)
	got := map[string]string{}
	for _, f := range factsOf(text, &r, viewtest.Start()) {
		got[f.Name] = f.Value
	}
	if got["State"] != "Taken as arrived, by you · not verified" || got["Taken as arrived"] != text.Moment(viewtest.Start()) || !strings.HasPrefix(got["What to do"], "Nobody has verified it") || got["Asked again"] != "" {
		t.Errorf("the details are %q", got)
	}
}
