package ui

import (
	"context"
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// longName has less room than it wants wherever it is said.
const longName = "Договор поставки № 118 с приложениями и дополнительным соглашением.docx"

// TestEveryTextFits goes through every page and dialog of the window except the
// settings.
func TestEveryTextFits(t *testing.T) {
	for _, c := range viewtest.Screens() {
		t.Run(c.Name, func(t *testing.T) {
			ctl := viewtest.Busy()
			ctl.Snapshot.Halt = &core.Error{Kind: core.KindTLS, Code: core.CodeTLSClientRefused}
			ctl.Snapshot.Transfers[3].Source.Name = longName
			ctl.StoredFiles = append(ctl.StoredFiles, ctl.Snapshot.Transfers[3])
			ctl.Snapshot.Transfers[8].State = core.StateFailed
			ctl.Snapshot.Transfers[8].Error = &core.Error{Kind: core.KindFile, Code: core.CodeFilePermission}
			ctl.CurrentLink.CertificateExpiry = viewtest.Start().AddDate(0, 0, 9)
			h := open(t, ctl, c.Language, c.Theme)
			h.FillScreen(c)
			h.fillLog()
			h.record()
			f := viewtest.NewFitter(t, c.Name)
			h.fitsPages(f)
			h.fitsDialogs(f)
			if c.Width > view.LeastWidth {
				return
			}
			h = open(t, viewtest.Fresh(), c.Language, c.Theme)
			h.Win.Resize(fyne.NewSize(c.Width, c.Height))
			h.Until("the first run", func() bool { return h.w.first != nil })
			h.Fits(f, "first run")
		})
	}
}

func (h *harness) fitsPages(f *viewtest.Fitter) {
	h.working()
	for i, page := range []string{"transfers", "history", "metrics", "log"} {
		h.w.choose(i)
		if i == 1 {
			h.listsHistory()
		}
		h.Fits(f, page)
	}
	h.w.choose(0)
}

func (h *harness) fitsDialogs(f *viewtest.Fitter) {
	v, host := h.w.transfers, h.w.host
	h.Ctl.Dialogs.Finalise = func(ctx context.Context, _ core.Transfer, step func(core.Finalisation)) error {
		step(core.Finalisation{Status: "verifying", Percent: 50})
		<-ctx.Done()
		return &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled}
	}
	skipped := []core.Skipped{{Path: "/home/a/" + strings.Repeat("очень длинное имя/", 12), Reason: core.SkipSymlink}, {Path: "/b", Reason: core.SkipUnreadable}}
	for _, c := range []struct {
		name string
		show func()
	}{
		{"row menu", func() { h.menu("t4") }},
		{"menu of states", func() { h.Tap(host.Text.S("filter.button", wording.Args{"Group": host.Text.S("filter.all")})) }},
		{"menu of retention", h.menuOfDays},
		{"days", h.askDays},
		{"menu of profiles", func() { h.w.header.menu([]string{"Production", "Archive"}, "Production") }},
		{"causes", v.RetryFailed},
		{"keys", func() { showHelp(host) }},
		{"about", func() { showAbout(host) }},
		{"details", func() {
			v.Tap("t7", 0)
			h.Typed(fyne.KeyReturn)
			h.Until("the details", func() bool { return h.Win.Canvas().Overlays().Top() != nil })
		}},
		{"error", func() {
			host.Failed(&core.Error{Kind: core.KindTLS, Code: core.CodeTLSUntrusted, Err: errors.New("x509")})
		}},
		{"skipped", func() { transfers.ShowSkipped(host, skipped) }},
		{"many", func() {
			h.w.intake.scanned(core.Scan{Sources: make([]core.Source, 12345), Folders: 321, Bytes: 1 << 50}, nil)
		}},
		{"stored", func() {
			long := core.Transfer{Source: core.Source{Name: longName}, FinishedAt: viewtest.Start()}
			h.w.intake.askStored(core.Submission{Stored: []core.Transfer{long, long, long, long, long, long, long}})
		}},
		{"pause", h.w.pauseAll},
		{"decide", func() {
			h.menu("t6")
			h.Choose(host.Text.S("action.decide"))
			h.Until("the question", func() bool { return h.SaysNow(host.Text.S("decide.title")) })
		}},
		{"again", h.askAgain},
		{"permanent", func() {
			v.Tap("t4", 0)
			h.press(viewtest.Control(fyne.KeyP))
		}},
		{"own file dialog", func() {
			view.PickInside(host, view.FileQuestion{Title: host.Text.S("pick.files"), Accept: host.Text.S("pick.add")}, func([]string) {})
		}},
	} {
		c.show()
		if h.w.win.Canvas().Overlays().Top() == nil {
			h.T.Errorf("%s shows nothing", c.name)
		}
		if c.name != "own file dialog" { // Fyne's own affair
			h.Fits(f, c.name)
		}
		h.Clear()
	}
	h.w.intake.result(host.Text.N("drop.skipped", 123456), skipped)
	v.Tap("t4", 0)
	h.press(viewtest.Control(fyne.KeyP))
	h.Tap(host.Text.S("action.permanent"))
	h.Until("a step", func() bool { return h.SaysNow(host.Text.S("button.stop")) })
	h.Fits(f, "notice")
	h.w.apply(change{update: &core.Update{Halt: h.Ctl.Snapshot.Halt}, link: h.Ctl.CurrentLink, profile: h.Ctl.CurrentProfile})
	h.Fits(f, "notice while halted")
	h.Picture("crowded-" + host.Text.Lang)
}
