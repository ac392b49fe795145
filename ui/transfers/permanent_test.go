package transfers

import (
	"context"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestMakePermanentSaysHowFarItIs(t *testing.T) {
	ctl := viewtest.Keeping()
	proceed := make(chan core.Finalisation)
	ctl.Dialogs.Finalise = func(_ context.Context, x core.Transfer, step func(core.Finalisation)) error {
		if x.Options.TTLDays != 30 {
			t.Errorf("not the whole transfer: %+v", x)
		}
		for s := range proceed {
			step(s)
		}
		return nil
	}
	h := open(t, ctl, "ru", "light")
	h.v.Tap("t1", 0)
	h.v.showMenuOf(0)
	h.Choose("Сделать постоянным")
	h.Says("Договор.docx останется на сервере, пока его там не удалят.")
	h.Tap("Сделать постоянным")
	h.Called("finalise t1 id-Договор.docx")
	proceed <- core.Finalisation{Status: "copying", Percent: 40}
	h.Until("a step", func() bool {
		return strings.Contains(viewtest.Spaced(h.Words()), "становится постоянным: копирование, 40 %") // the row
	})
	h.Says("Договор.docx: копирование, 40 %") // the line below the drop area
	proceed <- core.Finalisation{Status: "in a new way"}
	h.Until("another step", func() bool {
		return strings.Contains(h.Words(), "становится постоянным: выполняется")
	})
	close(proceed)
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "1 файл стал постоянным") })
	h.Says("сохранено · проверено")
	kept := ctl.Snapshot.Transfers[0]
	kept.Options.Retention = core.RetentionPermanent
	h.apply(core.Update{Changed: []core.Transfer{kept}})
	if got := h.v.chosen(queue.ActPermanent); len(got) != 0 {
		t.Errorf("%v can be made permanent once more", got)
	}
}

func TestWaitingForPermanenceCanBeStopped(t *testing.T) {
	ctl := viewtest.Keeping()
	ctl.Dialogs.Finalise = func(ctx context.Context, _ core.Transfer, step func(core.Finalisation)) error {
		step(core.Finalisation{Status: "verifying", Percent: 90})
		<-ctx.Done()
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
	}
	h := open(t, ctl, "en", "light")
	h.v.SelectAll()
	h.v.MakePermanent()
	h.Tap("Make permanent")
	h.Until("a step", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "checking the copy, 90 % · 1 more") })
	h.Tap("Stop")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "Stopped waiting; the server finishes") })
	if len(h.permanent.steps) != 0 {
		t.Errorf("still under way: %v", h.permanent.steps)
	}
}
