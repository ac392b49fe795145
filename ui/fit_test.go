package ui

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
)

// TestEveryTextFits goes through every page and dialog of the window, but for the
// settings.
func TestEveryTextFits(t *testing.T) {
	for _, c := range screens() {
		t.Run(c.name, func(t *testing.T) {
			ctl := busy()
			ctl.snapshot.Halt = &core.Error{Kind: core.KindTLS, Code: core.CodeTLSClientRefused}
			ctl.snapshot.Transfers[8].State = core.StateFailed
			ctl.snapshot.Transfers[8].Error = &core.Error{Kind: core.KindFile, Code: core.CodeFilePermission}
			ctl.link.CertificateEnd = start().AddDate(0, 0, 9)
			h := open(t, ctl, c.language, c.theme)
			h.fillScreen(c)
			h.fillLog()
			h.record()
			f := newFitter(t, c.name)
			h.fitsPages(f)
			h.fitsDialogs(f)
			if c.width > leastWidth {
				return
			}
			h = open(t, fresh(), c.language, c.theme)
			h.win.Resize(fyne.NewSize(c.width, c.height))
			h.until("the first run", func() bool { return h.w.first != nil })
			h.fits(f, "first run")
		})
	}
}

func (h *harness) fitsPages(f *fitter) {
	h.working()
	for i, page := range []string{"transfers", "history", "metrics", "log"} {
		h.w.choose(i)
		h.until(page, func() bool { return i != 1 || len(h.w.pages[1].(*historyView).rows) > 0 })
		h.fits(f, page)
	}
	h.w.choose(0)
}

func (h *harness) fitsDialogs(f *fitter) {
	v, s := h.w.transfers, h.w.sh
	file := storedFile{"t4", "id", "Договор поставки № 118 с приложениями и дополнительным соглашением.docx"}
	skipped := []core.Skipped{{Path: "/home/a/" + strings.Repeat("очень длинное имя/", 12), Reason: core.SkipSymlink}, {Path: "/b", Reason: core.SkipUnreadable}}
	for _, c := range []struct {
		name string
		show func()
	}{
		{"row menu", func() { v.showMenuOf(3) }},
		{"menu of states", func() { v.group.OnTapped() }},
		{"menu of retention", v.options.showKeep},
		{"days", v.options.askDays},
		{"menu of profiles", func() { h.w.header.menu([]string{"Production", "Archive"}, "Production") }},
		{"causes", v.retryFailed},
		{"keys", func() { showHelp(s) }},
		{"about", func() { showAbout(s) }},
		{"details", func() { showFacts(s, file.name, factsOf(s.text, h.w.model.Find("t7"), h.clock)) }},
		{"error", func() {
			s.failed(&core.Error{Kind: core.KindTLS, Code: core.CodeTLSUntrusted, Err: errors.New("x509")})
		}},
		{"skipped", func() { showSkipped(s, skipped) }},
		{"many", func() {
			h.w.intake.scanned(core.Scan{Sources: make([]core.Source, 12345), Folders: 321, Bytes: 1 << 50}, nil)
		}},
		{"stored", func() { h.w.intake.askStored([]core.Transfer{{Source: core.Source{Name: file.name}}}, core.Options{}) }},
		{"again", func() { v.askAgain(func() {}) }},
		{"permanent", func() { h.w.permanent.ask([]storedFile{file}) }},
		{"own file dialog", func() {
			pickInside(s, FileQuestion{Title: s.text.s("pick.files"), Accept: s.text.s("pick.add")}, func([]string) {})
		}},
	} {
		c.show()
		if h.w.win.Canvas().Overlays().Top() == nil {
			h.t.Errorf("%s shows nothing", c.name)
		}
		if c.name != "own file dialog" { // Fyne's own affair
			h.fits(f, c.name)
		}
		h.clear()
	}
	h.w.intake.result(s.text.n("drop.skipped", 123456), skipped)
	h.w.permanent.say(s.text.s("permanent.now", args{"Name": file.name, "Step": finalising(s.text, core.Finalisation{Status: "verifying", Percent: 50})}), s.text.s("button.stop"), func() {})
	h.fits(f, "notice")
	h.w.apply(change{update: &core.Update{Halt: h.ctl.snapshot.Halt}, link: h.ctl.link, profile: h.ctl.current})
	h.fits(f, "notice while halted")
	h.picture("crowded-" + s.text.lang)
}
