package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// The history marks what is kept otherwise.
func TestHistoryMarksDifferences(t *testing.T) {
	ctl := viewtest.NewFake()
	x := viewtest.Transfer(1, "contract.pdf", 100, core.StateStored)
	x.Receipt = viewtest.DifferingReceipt()
	ctl.StoredFiles = []core.Transfer{x}
	h := open(t, ctl, "en", "light")
	h.Until("the history", func() bool { return strings.Contains(viewtest.Spaced(h.Words()), "contract.pdf · kept for 30") })
}

// What was taken as arrived says so, and has no ID and checksum to copy.
func TestHistoryMarksTaken(t *testing.T) {
	ctl := viewtest.NewFake()
	x := viewtest.Transfer(1, "minutes.pdf", 100, core.StateTaken)
	x.FinishedAt = viewtest.Start()
	ctl.StoredFiles = []core.Transfer{x}
	h := open(t, ctl, "en", "light")
	h.listed()
	h.Says("minutes.pdf · taken as arrived")
	h.Says("not verified")
	h.Says(viewtest.Start().Local().Format("2006-01-02 15:04"))
	h.v.choose(0)
	if !h.v.copyID.Disabled() || !h.v.copySum.Disabled() {
		t.Error("an ID or a checksum can be copied that nobody knows")
	}
}

func TestHistoryByKeys(t *testing.T) {
	h := open(t, viewtest.Keeping(), "en", "light")
	v := h.listed()
	down := &fyne.KeyEvent{Name: fyne.KeyDown}
	if v.key(&fyne.KeyEvent{Name: fyne.KeyReturn}) {
		t.Error("a key works on no row")
	}
	v.list.TypedKey(down)
	if v.chosen != 1 {
		t.Errorf("row %d is chosen", v.chosen)
	}
	v.list.TypedKey(&fyne.KeyEvent{Name: desktop.KeyMenu})
	h.Choose("Copy file ID")
	if got := h.App.Clipboard().Content(); got != "id-scan.tif" {
		t.Errorf("copied %q", got)
	}
	v.list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	h.Called("attempts t2")
	h.Until("the details", func() bool { return h.Win.Canvas().Overlays().Top() != nil })
	h.Says("id-scan.tif")
}

// listed is the page with its rows.
func (h *harness) listed() *View {
	h.T.Helper()
	h.Until("the rows", func() bool { return !h.v.asking && len(h.v.rows) > 0 })
	return h.v
}

func TestHistoryIsSearchedAndCopied(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := h.listed()
	h.Says("plate A.tif")
	h.Says("2026-11-24")
	h.Says("ingester.example:8020")
	if !v.copyID.Disabled() {
		t.Error("there is something to copy without a selection")
	}
	v.list.Select(2)
	h.Tap("Copy file ID")
	if got := h.App.Clipboard().Content(); got != "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11" {
		t.Errorf("copied %q", got)
	}
	h.Tap("Copy SHA-256")
	if got := h.App.Clipboard().Content(); got != strings.Repeat("0", 64) {
		t.Errorf("copied %q", got)
	}
	viewtest.ChooseItem(t, v.menu(0), "Details…")
	h.Until("the details", func() bool { return strings.Contains(h.Words(), "/home/a/scans/plate A.tif") })

	h.Ctl.Remember(nil, nil)
	v.search.SetText(" box-14 ")
	v.search.SetText(" box-15 ")
	h.Called(`history "box-15"`)
	h.Until("no rows", func() bool { return !v.asking && len(v.rows) == 0 })
	h.Says("Nothing matches the filter")
	v.search.SetText("")
	h.Until("all", func() bool { return !v.asking })
	h.Says("Nothing stored yet")
	if !v.export.Disabled() {
		t.Error("nothing can be exported")
	}
}

func TestHistoryFollowsWhatIsStored(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := h.listed()
	asked := len(h.Ctl.Calls())
	v.Tick(h.Clock)
	if v.asking || len(h.Ctl.Calls()) != asked {
		t.Error("asked although nothing was stored")
	}
	h.Ctl.Remember(h.Ctl.StoredFiles[:1], nil)
	h.stored++
	v.Tick(h.Clock)
	h.Until("the new rows", func() bool { return len(v.rows) == 1 })
}

func TestHistoryListsItsLimit(t *testing.T) {
	ctl := viewtest.NewFake()
	for i := range historyLimit + 1 {
		ctl.StoredFiles = append(ctl.StoredFiles, viewtest.Transfer(i, fmt.Sprint(i), 1, core.StateStored))
	}
	h := open(t, ctl, "en", "light")
	if v := h.listed(); len(v.rows) != historyLimit {
		t.Errorf("%d rows", len(v.rows))
	}
	h.Says("The newest 2,000 files are listed")
}

func TestHistoryFailureIsSaid(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Remember(nil, &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged, Err: errors.New("raw")})
	h := open(t, ctl, "en", "light")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "An entry of the queue is damaged") })
}

func TestExportWritesEverythingThatMatches(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := h.listed()
	v.search.SetText("box")
	for _, e := range exports {
		path := filepath.Join(t.TempDir(), "Выгрузка 1.txt")
		h.Ctl.Dialogs.Pick = func(_ context.Context, q view.FileQuestion) ([]string, error) {
			if !q.Save || q.Name != e.file || q.Title != "Save as" {
				t.Errorf("asked %+v", q)
			}
			return []string{path}, nil
		}
		v.showExport()
		h.Choose(v.host.Text.S(e.key))
		h.Called(fmt.Sprintf(`export history %s "box" 0`, e.format))
		want := string(e.format) + " \"box\"\n"
		h.Until(e.file, func() bool { raw, _ := os.ReadFile(path); return string(raw) == want })
		h.Until("the words", v.Notice.Content.Visible)
		if got, want := v.Notice.Words.Words, "Saved as Выгрузка 1.txt in "+filepath.Dir(path); got != want || v.Notice.Button.Text != "Show in folder" {
			t.Errorf("it says %q and offers %q, want %q", got, v.Notice.Button.Text, want)
		}
		h.Tap("Show in folder")
		v.Notice.Hide()
	}
}

// TestAFailingExportLeavesWhatWasThere: half an export is none.
func TestAFailingExportLeavesWhatWasThere(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := h.listed()
	path := filepath.Join(t.TempDir(), "history.csv")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) { return []string{path}, nil }
	h.Ctl.VerbErr = &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}
	v.showExport()
	h.Choose("As a table (CSV)")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "An entry of the queue is damaged") })
	h.Tap("OK")
	if v.Notice.Content.Visible() {
		t.Errorf("it says %q", v.Notice.Words.Words)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "before" {
		t.Errorf("the file holds %q, %v", raw, err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	h.Ctl.VerbErr = nil
	h.Ctl.Dialogs.Pick = func(context.Context, view.FileQuestion) ([]string, error) {
		return []string{filepath.Join(path, "no folder")}, nil
	}
	v.showExport()
	h.Choose("As a table (CSV)")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "The file can't be written") })
}

func TestMakePermanentFromTheHistory(t *testing.T) {
	ctl := viewtest.Keeping()
	ctl.Snapshot = core.Snapshot{}
	h := open(t, ctl, "en", "light")
	v := h.listed()
	view.ShowMenuBelow(v.menu(2), h.Win.Canvas(), v.export)
	if strings.Contains(h.Words(), "Make permanent") {
		t.Error("offered for a permanent file")
	}
	h.Win.Canvas().Overlays().Top().Hide()
	view.ShowMenuBelow(v.menu(1), h.Win.Canvas(), v.export)
	h.Choose("Make permanent")
	h.Tap("Make permanent")
	h.Called("finalise t2 id-scan.tif")
	h.Until("the end", func() bool { return strings.Contains(h.Words(), "1 file is permanent now") })
	v.list.Select(0)
	v.MakePermanent()
	h.Says("Договор.docx then stays on the server")

	ctl.Remember(nil, nil)
	h.Tap("Make permanent")
	h.Until("the error", func() bool { return strings.Contains(h.Words(), "1 stays temporary") })
}

// TestHistoryKeepsItsSelection while files arrive, and the place where the user
// reads.
func TestHistoryKeepsItsSelection(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	v := h.listed()
	v.list.Select(3)
	v.list.ScrollToOffset(200)
	chosen, offset := v.rows[3], v.list.GetScrollOffset()
	arrived := viewtest.Transfer(9000, "arrived.pdf", 1, core.StateStored)
	h.Ctl.Remember(append([]core.Transfer{arrived}, v.rows...), nil)
	h.stored++
	v.Tick(h.Clock)
	h.Until("the new row", func() bool { return len(v.rows) > 0 && v.rows[0].ID == arrived.ID })
	if v.chosen != 4 || v.rows[v.chosen].ID != chosen.ID || v.list.GetScrollOffset() != offset {
		t.Errorf("row %d is chosen, scrolled to %v, want row 4 at %v", v.chosen, v.list.GetScrollOffset(), offset)
	}
	h.Tap("Copy file ID")
	if got := h.App.Clipboard().Content(); got != chosen.Receipt.FileID {
		t.Errorf("copied %q", got)
	}
	h.Ctl.Remember([]core.Transfer{arrived}, nil)
	h.stored++
	v.Tick(h.Clock)
	h.Until("the row alone", func() bool { return len(v.rows) == 1 })
	if v.chosen != -1 {
		t.Errorf("row %d is chosen, though the chosen one has gone", v.chosen)
	}
}
