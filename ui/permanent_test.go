package ui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// keeping is a program with three stored files, the last of them permanent.
func keeping() *viewtest.Fake {
	ctl := viewtest.NewFake()
	for i, name := range []string{"Договор.docx", "scan.tif", "kept.pdf"} {
		x := viewtest.Transfer(i+1, name, 100, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "id-" + name}
		x.Options = core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30}
		if i == 2 {
			x.Options.Retention = core.RetentionPermanent
		}
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	ctl.Stored = ctl.Snapshot.Transfers
	return ctl
}

func control(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

func TestMakePermanentSaysHowFarItIs(t *testing.T) {
	ctl := keeping()
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
	h.w.transfers.tapRow("t1", 0)
	h.w.transfers.showMenuOf(0)
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
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{kept}}, link: ctl.Connection, profile: ctl.Used})
	if got := h.w.transfers.chosen(queue.ActPermanent); len(got) != 0 {
		t.Errorf("%v can be made permanent once more", got)
	}
}

// TestMakePermanentOnASelection leaves out what is permanent already, and
// names each file that the server refused.
func TestMakePermanentOnASelection(t *testing.T) {
	ctl := keeping()
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(4, "more.txt", 1, core.StateStored))
	ctl.Snapshot.Transfers[3].Receipt = &core.Receipt{FileID: "id-more.txt"}
	ctl.Stored = ctl.Snapshot.Transfers
	ctl.Dialogs.Finalise = func(_ context.Context, x core.Transfer, _ func(core.Finalisation)) error {
		switch x.ID {
		case "t1":
			return nil
		case "t2":
			return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseFailed}
		}
		return &core.Error{Kind: core.KindServer, Code: core.CodeForbidden, Status: 403}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(control(fyne.KeyP))
	h.Says("3 files then stay on the server")
	h.Tap("Make permanent")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "1 file is permanent now · 2 stay temporary") })
	h.Tap("Why?")
	h.Says("scan.tif")
	h.Says("The server could not make the file permanent")
	h.Says("Make it permanent again later") // it is stored: nothing is to be sent
	h.Says("more.txt")
}

// TestAServerThatKeepsNothingForGood is told once, in words, and not asked
// for the other files.
func TestAServerThatKeepsNothingForGood(t *testing.T) {
	ctl := keeping()
	ctl.Dialogs.Finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseUnsupported, Status: 404}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(control(fyne.KeyP))
	h.Tap("Make permanent")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "The server can’t make this file permanent") })
	h.Tap("Close")
	h.Says("1 stays temporary")
	for _, call := range ctl.Calls() {
		if strings.HasPrefix(call, "finalise t2") {
			t.Error("asked again")
		}
	}
}

// TestOneFileThatStaysTemporary is named, with what to do: it is not tried
// again by itself as an upload is.
func TestOneFileThatStaysTemporary(t *testing.T) {
	for _, code := range []core.Code{core.CodeTimeout, core.CodeServerBusy, core.CodeFinaliseFailed} {
		ctl := keeping()
		ctl.Dialogs.Finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
			return &core.Error{Kind: core.KindNetwork, Code: code}
		}
		h := open(t, ctl, "en", "light")
		h.w.transfers.tapRow("t1", 0)
		h.press(control(fyne.KeyP))
		h.Tap("Make permanent")
		h.Until("the end", func() bool { return h.SaysNow("1 stays temporary") })
		h.Says("Make it permanent again later, or ask the server's administrator.")
		if over := h.w.sh.Dialogs; len(over) != 1 || h.SaysNow("by itself") {
			t.Errorf("%s: %d dialogs, the window says\n%s", code, len(over), h.Words())
		}
		h.Tap("Test connection")
	}
}

func TestWaitingForPermanenceCanBeStopped(t *testing.T) {
	ctl := keeping()
	ctl.Dialogs.Finalise = func(ctx context.Context, _ core.Transfer, step func(core.Finalisation)) error {
		step(core.Finalisation{Status: "verifying", Percent: 90})
		<-ctx.Done()
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(control(fyne.KeyP))
	h.Tap("Make permanent")
	h.Until("a step", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "checking the copy, 90 % · 1 more") })
	h.Tap("Stop")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "Stopped waiting; the server finishes") })
	if len(h.w.permanent.steps) != 0 {
		t.Errorf("still under way: %v", h.w.permanent.steps)
	}
}

func TestMakePermanentFromTheHistory(t *testing.T) {
	ctl := keeping()
	ctl.Snapshot = core.Snapshot{}
	h := open(t, ctl, "en", "light")
	v := history(h)
	view.ShowMenuBelow(v.menu(2), h.w.win.Canvas(), v.export)
	if strings.Contains(h.Words(), "Make permanent") {
		t.Error("offered for a permanent file")
	}
	h.w.win.Canvas().Overlays().Top().Hide()
	view.ShowMenuBelow(v.menu(1), h.w.win.Canvas(), v.export)
	h.Choose("Make permanent")
	h.Tap("Make permanent")
	h.Called("finalise t2 id-scan.tif")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "1 file is permanent now") })
	v.list.Select(0)
	h.press(control(fyne.KeyP))
	h.Says("Договор.docx then stays on the server")

	ctl.Remember(nil, nil)
	h.Tap("Make permanent")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "1 stays temporary") })
}
