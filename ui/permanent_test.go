package ui

import (
	"context"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestMakePermanentOnASelection leaves out files that are permanent already, and
// names each file that the server refused.
func TestMakePermanentOnASelection(t *testing.T) {
	ctl := viewtest.Keeping()
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, viewtest.Transfer(4, "more.txt", 1, core.StateStored))
	ctl.Snapshot.Transfers[3].Receipt = &core.Receipt{FileID: "id-more.txt"}
	ctl.StoredFiles = ctl.Snapshot.Transfers
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
	h.press(viewtest.Control(fyne.KeyP))
	h.Says("3 files then stay on the server")
	h.Tap("Make permanent")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "1 file is permanent now · 2 stay temporary") })
	h.Tap("Why?")
	h.Says("scan.tif")
	h.Says("The server could not make the file permanent")
	h.Says("Make it permanent again later") // it is stored: nothing is to be sent
	h.Says("more.txt")
}

// TestAServerThatKeepsNothingForGood is reported once and not asked for the other
// files.
func TestAServerThatKeepsNothingForGood(t *testing.T) {
	ctl := viewtest.Keeping()
	ctl.Dialogs.Finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseUnsupported, Status: 404}
	}
	h := open(t, ctl, "en", "light")
	h.press(&fyne.ShortcutSelectAll{})
	h.press(viewtest.Control(fyne.KeyP))
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

// TestOneFileThatStaysTemporary is named, with what to do, since it is not tried
// again by itself.
func TestOneFileThatStaysTemporary(t *testing.T) {
	for _, code := range []core.Code{core.CodeTimeout, core.CodeServerBusy, core.CodeFinaliseFailed} {
		ctl := viewtest.Keeping()
		ctl.Dialogs.Finalise = func(context.Context, core.Transfer, func(core.Finalisation)) error {
			return &core.Error{Kind: core.KindNetwork, Code: code}
		}
		h := open(t, ctl, "en", "light")
		h.w.transfers.Tap("t1", 0)
		h.press(viewtest.Control(fyne.KeyP))
		h.Tap("Make permanent")
		h.Until("the end", func() bool { return h.SaysNow("1 stays temporary") })
		h.Says("Make it permanent again later, or ask the server's administrator.")
		if over := h.w.host.Dialogs; len(over) != 1 || h.SaysNow("by itself") {
			t.Errorf("%s: %d dialogs, the window says\n%s", code, len(over), h.Words())
		}
		h.Tap("Test connection")
	}
}
