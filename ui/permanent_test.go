package ui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
)

// keeping is a program with three stored files, the last of them permanent.
func keeping() *fakeController {
	ctl := newFakeController()
	for i, name := range []string{"Договор.docx", "scan.tif", "kept.pdf"} {
		x := transfer(i+1, name, 100, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "id-" + name}
		x.Options = core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30}
		if i == 2 {
			x.Options.Retention = core.RetentionPermanent
		}
		ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, x)
	}
	ctl.history = ctl.snapshot.Transfers
	return ctl
}

func control(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

func TestMakePermanentSaysHowFarItIs(t *testing.T) {
	ctl := keeping()
	proceed := make(chan core.Finalisation)
	ctl.dialogs.finalise = func(_ context.Context, x core.Transfer, step func(core.Finalisation)) error {
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
	h.choose("Сделать постоянным")
	h.says("Договор.docx останется на сервере, пока его там не удалят.")
	h.tap("Сделать постоянным")
	h.called("finalise t1 id-Договор.docx")
	proceed <- core.Finalisation{Status: "copying", Percent: 40}
	h.until("a step", func() bool {
		return strings.Contains(spaced(h.words()), "становится постоянным: копирование, 40 %") // the row
	})
	h.says("Договор.docx: копирование, 40 %") // the line below the drop area
	proceed <- core.Finalisation{Status: "in a new way"}
	h.until("another step", func() bool {
		return strings.Contains(h.words(), "становится постоянным: выполняется")
	})
	close(proceed)
	h.until("the end", func() bool { return strings.Contains(h.words(), "1 файл стал постоянным") })
	h.says("сохранено · проверено")
	kept := ctl.snapshot.Transfers[0]
	kept.Options.Retention = core.RetentionPermanent
	h.w.apply(change{update: &core.Update{Changed: []core.Transfer{kept}}, link: ctl.link, profile: ctl.current})
	if got := h.w.transfers.chosen(actPermanent); len(got) != 0 {
		t.Errorf("%v can be made permanent once more", got)
	}
}

// TestMakePermanentOnASelection leaves out what is permanent already, and
// names each file that the server refused.
func TestMakePermanentOnASelection(t *testing.T) {
	ctl := keeping()
	ctl.snapshot.Transfers = append(ctl.snapshot.Transfers, transfer(4, "more.txt", 1, core.StateStored))
	ctl.snapshot.Transfers[3].Receipt = &core.Receipt{FileID: "id-more.txt"}
	ctl.history = ctl.snapshot.Transfers
	ctl.dialogs.finalise = func(_ context.Context, x core.Transfer, _ func(core.Finalisation)) error {
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
	h.says("3 files then stay on the server")
	h.tap("Make permanent")
	h.until("the end", func() bool { return strings.Contains(h.words(), "1 file is permanent now · 2 stay temporary") })
	h.tap("Why?")
	h.says("scan.tif")
	h.says("The server could not make the file permanent")
	h.says("Make it permanent again later") // it is stored: nothing is to be sent
	h.says("more.txt")
}

// TestAServerThatKeepsNothingForGood is told once, in words, and not asked
// for the other files.
func TestAServerThatKeepsNothingForGood(t *testing.T) {
	ctl := keeping()
	ctl.dialogs.finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseUnsupported, Status: 404}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(control(fyne.KeyP))
	h.tap("Make permanent")
	h.until("the error", func() bool { return strings.Contains(h.words(), "The server can’t make this file permanent") })
	h.tap("Close")
	h.says("1 stays temporary")
	for _, call := range ctl.calls() {
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
		ctl.dialogs.finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
			return &core.Error{Kind: core.KindNetwork, Code: code}
		}
		h := open(t, ctl, "en", "light")
		h.w.transfers.tapRow("t1", 0)
		h.press(control(fyne.KeyP))
		h.tap("Make permanent")
		h.until("the end", func() bool { return h.saysNow("1 stays temporary") })
		h.says("Make it permanent again later, or ask the server's administrator.")
		if over := h.w.sh.dialogs; len(over) != 1 || h.saysNow("by itself") {
			t.Errorf("%s: %d dialogs, the window says\n%s", code, len(over), h.words())
		}
		h.tap("Test connection")
	}
}

func TestWaitingForPermanenceCanBeStopped(t *testing.T) {
	ctl := keeping()
	ctl.dialogs.finalise = func(ctx context.Context, _ core.Transfer, step func(core.Finalisation)) error {
		step(core.Finalisation{Status: "verifying", Percent: 90})
		<-ctx.Done()
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(control(fyne.KeyP))
	h.tap("Make permanent")
	h.until("a step", func() bool { return strings.Contains(spaced(h.words()), "checking the copy, 90 % · 1 more") })
	h.tap("Stop")
	h.until("the end", func() bool { return strings.Contains(h.words(), "Stopped waiting; the server finishes") })
	if len(h.w.permanent.steps) != 0 {
		t.Errorf("still under way: %v", h.w.permanent.steps)
	}
}

func TestMakePermanentFromTheHistory(t *testing.T) {
	ctl := keeping()
	ctl.snapshot = core.Snapshot{}
	h := open(t, ctl, "en", "light")
	v := history(h)
	showMenuBelow(v.menu(2), h.w.win.Canvas(), v.export)
	if strings.Contains(h.words(), "Make permanent") {
		t.Error("offered for a permanent file")
	}
	h.w.win.Canvas().Overlays().Top().Hide()
	showMenuBelow(v.menu(1), h.w.win.Canvas(), v.export)
	h.choose("Make permanent")
	h.tap("Make permanent")
	h.called("finalise t2 id-scan.tif")
	h.until("the end", func() bool { return strings.Contains(h.words(), "1 file is permanent now") })
	v.list.Select(0)
	h.press(control(fyne.KeyP))
	h.says("Договор.docx then stays on the server")

	ctl.remember(nil, nil)
	h.tap("Make permanent")
	h.until("the error", func() bool { return strings.Contains(h.words(), "1 stays temporary") })
}
