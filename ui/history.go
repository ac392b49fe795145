package ui

import (
	"context"
	"io"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
)

// historyLimit is how many stored files the page lists; an export has all.
const historyLimit = 2000

// historyView lists what has ever been stored, newest first.
type historyView struct {
	sh        *shell
	content   *fyne.Container
	notice    *notice
	permanent *permanents
	search    *lineEntry
	copyID    *quietButton
	copySum   *quietButton
	export    *quietButton
	list      *transferList
	none      *caption
	more      *caption // said where there are more than are listed

	rows    []core.Transfer
	chosen  int // index of the selected row, -1 for none
	visible bool
	asking  bool       // a query is under way
	again   bool       // the search changed meanwhile
	stored  func() int // grows when something new is stored
	seen    int        // stored when the rows were read
}

var (
	_ view   = (*historyView)(nil)
	_ ticker = (*historyView)(nil)
)

func newHistoryView(s *shell, p *permanents, stored func() int) *historyView {
	v := &historyView{sh: s, permanent: p, chosen: -1, stored: stored}
	t := s.text
	v.search = newLineEntry(s, t.s("history.search"))
	v.search.OnChanged = func(string) { v.read() }
	v.copyID = newQuietButton(t.s("action.copy_id"), func() { v.copy(func(r *core.Receipt) string { return r.FileID }) })
	v.copySum = newQuietButton(t.s("action.copy_sum"), func() { v.copy(func(r *core.Receipt) string { return string(r.SHA256) }) })
	v.export = newQuietButtonWithIcon(t.s("history.export"), theme.MenuDropDownIcon(), v.showExport)
	v.export.IconPlacement = widget.ButtonIconTrailingText
	v.buildList()
	v.none = newCaption(t.s("history.none"), colorMuted, theme.SizeNameText)
	v.none.align = fyne.TextAlignCenter
	v.more = newCaption(t.n("history.more", historyLimit), colorMuted, sizeSmall)
	v.more.cut = true
	v.more.Hide()
	id, sum := outlined(v.copyID), outlined(v.copySum)
	search := container.New(fixedWidth(240), v.search)
	tools := container.New(&line{gap: 8, stretch: search, optional: []fyne.CanvasObject{sum, id}}, search, id, sum, outlined(v.export))
	head := newSheetHead(historyPlaces, func(cell int) bool { return cell == 1 },
		t.s("column.name"), t.s("column.size"), t.s("column.stored"), t.s("fact.server"), t.s("fact.file_id"), "SHA-256")
	sheet := newSheet(head, v.list, v.none)
	v.notice = newNotice(t)
	v.content = container.New(stack{gap: 12, grow: func() fyne.CanvasObject { return sheet }}, tools, v.notice.content, sheet, v.more)
	v.notice.changed = v.content.Refresh
	v.choose(-1)
	return v
}

func (v *historyView) buildList() {
	t := v.sh.text
	v.list = newTransferList(func() int { return len(v.rows) }, func() fyne.CanvasObject {
		r := newCellRow(historyPlaces, 6)
		r.cells[0].color, r.cells[1].align = theme.ColorNameForeground, fyne.TextAlignTrailing
		more := newIconButton(t.s("action.menu"), theme.MoreHorizontalIcon(), nil)
		more.Importance = widget.LowImportance
		r.tail = more
		return r
	}, func(i int, o fyne.CanvasObject) {
		if i < len(v.rows) {
			v.draw(o.(*cellRow), i)
		}
	})
	v.list.onKey = v.key
	v.list.onMove = func(i int) { v.list.Select(i) }
	v.list.OnSelected = v.choose
	v.list.OnUnselected = func(widget.ListItemID) { v.choose(-1) }
}

func (v *historyView) draw(r *cellRow, i int) {
	t, x := v.sh.text, &v.rows[i]
	id, sum := "", ""
	switch {
	case x.Damaged():
		id, sum = t.s("history.damaged"), t.s("history.damaged")
	case x.Receipt != nil:
		id, sum = x.Receipt.FileID, string(x.Receipt.SHA256)
	}
	_, name := splitName(x.Source.Name)
	r.cells[0].color = theme.ColorNameForeground
	if differs := t.differs(x.Receipt); differs != "" {
		name, r.cells[0].color = name+" · "+differs, theme.ColorNameWarning
	}
	r.set(plain(name), t.size(x.Source.Size), storedAt(x).Local().Format("2006-01-02 15:04"), host(x.Server), plain(id), sum)
	more := r.tail.(*iconButton)
	more.OnTapped = func() { showMenuBelow(v.menu(i), v.sh.win.Canvas(), more) }
}

// historyPlaces are the columns: name, size, when, server, file ID, SHA-256,
// and the button. Where there is little room the last ones are in the details
// only.
func historyPlaces(width float32) []place {
	const edge, gap = 16, 12
	widths := []float32{0, 78, 118, 150, 100, 100, buttonSize}
	if width < 760 {
		widths[4], widths[5] = 0, 0
	}
	if width < 560 {
		widths[3] = 0
	}
	widths[0] = width - edge - 8
	for _, w := range widths[1:] {
		if w > 0 {
			widths[0] -= w + gap
		}
	}
	x, places := float32(edge), make([]place, len(widths))
	for i, w := range widths {
		places[i] = place{x, max(0, w)}
		if w > 0 {
			x += w + gap
		}
	}
	return places
}

// storedAt is when the server took a file.
func storedAt(x *core.Transfer) time.Time {
	if x.Receipt != nil && !x.Receipt.UploadedAt.IsZero() {
		return x.Receipt.UploadedAt
	}
	return x.FinishedAt
}

// Content implements view.
func (v *historyView) Content() fyne.CanvasObject { return v.content }

// Shown implements view.
func (v *historyView) Shown() {
	v.visible = true
	v.read()
}

// Hidden implements view.
func (v *historyView) Hidden() { v.visible = false }

// Tick implements ticker: what was stored meanwhile appears.
func (v *historyView) Tick(time.Time) {
	if v.stored() != v.seen {
		v.read()
	}
}

// Search is the entry that Ctrl+F goes to.
func (v *historyView) Search() fyne.Focusable { return v.search }

func (v *historyView) query() core.HistoryQuery {
	return core.HistoryQuery{Text: strings.TrimSpace(v.search.Text)}
}

// read asks for the rows; while an answer is awaited it only notes that it has
// to ask again.
func (v *historyView) read() {
	if v.asking {
		v.again = true
		return
	}
	v.asking, v.again, v.seen = true, false, v.stored()
	q := v.query()
	q.Limit = historyLimit + 1
	async(v.sh, func(ctx context.Context) ([]core.Transfer, error) { return v.sh.ctl.History(ctx, q) },
		func(rows []core.Transfer, err error) {
			v.asking = false
			switch {
			case v.again:
				v.read()
			case err != nil && v.visible:
				v.sh.failed(err)
			case err == nil:
				v.show(rows)
			}
		})
}

func (v *historyView) show(rows []core.Transfer) {
	v.rows = rows[:min(len(rows), historyLimit)]
	v.list.UnselectAll()
	v.choose(-1)
	key := "history.none"
	if v.query().Text != "" {
		key = "list.none"
	}
	v.none.set(v.sh.text.s(key))
	setVisible(v.none, len(rows) == 0)
	setVisible(v.more, len(rows) > historyLimit)
	setEnabled(v.export, len(rows) > 0)
	v.list.Refresh()
	v.content.Refresh()
}

// choose makes a row the one that the buttons act on.
func (v *historyView) choose(i widget.ListItemID) {
	v.chosen = i
	on := i >= 0 && i < len(v.rows) && v.rows[i].Receipt != nil
	setEnabled(v.copyID, on)
	setEnabled(v.copySum, on)
}

func (v *historyView) copy(of func(*core.Receipt) string) {
	if i := v.chosen; i >= 0 && i < len(v.rows) && v.rows[i].Receipt != nil {
		v.sh.app.Clipboard().SetContent(of(v.rows[i].Receipt))
	}
}

// key is what the keys do with the chosen row.
func (v *historyView) key(e *fyne.KeyEvent) bool {
	if v.chosen < 0 || v.chosen >= len(v.rows) {
		return false
	}
	switch e.Name {
	case desktop.KeyMenu, fyne.KeyF10:
		showMenuBelow(v.menu(v.chosen), v.sh.win.Canvas(), v.search)
	case fyne.KeyReturn, fyne.KeyEnter:
		x := v.rows[v.chosen]
		showTransfer(v.sh, newRow(&x))
	default:
		return false
	}
	return true
}

// menu is what can be done with a row.
func (v *historyView) menu(i int) *fyne.Menu {
	t := v.sh.text
	v.list.Select(i)
	menu := fyne.NewMenu("")
	if v.rows[i].Receipt != nil {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.s("action.copy_id"), v.copyID.OnTapped),
			fyne.NewMenuItem(t.s("action.copy_sum"), v.copySum.OnTapped))
	}
	x := v.rows[i]
	if file, ok := storedOf(&x); ok {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.s("action.permanent"), func() { v.permanent.ask([]storedFile{file}) }))
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.s("action.folder"), func() { openFolder(v.sh, x.Source.Path) }),
		fyne.NewMenuItem(t.s("action.details"), func() { showTransfer(v.sh, newRow(&x)) }))
	return menu
}

// makePermanent keeps the chosen file for good.
func (v *historyView) makePermanent() {
	if i := v.chosen; i >= 0 && i < len(v.rows) {
		if file, ok := storedOf(&v.rows[i]); ok {
			v.permanent.ask([]storedFile{file})
		}
	}
}

// exports are the forms that the history can be written in.
var exports = []struct { //nolint:gochecknoglobals // a table
	format core.HistoryFormat
	key    string
	file   string
}{
	{core.FormatCSV, "history.csv", "history.csv"},
	{core.FormatJSON, "history.json", "history.jsonl"},
	{core.FormatSums, "history.sums", "SHA256SUMS"},
}

func (v *historyView) showExport() {
	menu, q := fyne.NewMenu(""), v.query()
	for _, e := range exports {
		menu.Items = append(menu.Items, fyne.NewMenuItem(v.sh.text.s(e.key), func() {
			saveFile(v.sh, e.file, nil, func(ctx context.Context, path string) error {
				// Everything that the search takes, not only what is listed.
				return writeFile(path, func(file io.Writer) error { return v.sh.ctl.ExportHistory(ctx, file, e.format, q) })
			}, v.exported)
		}))
	}
	showMenuBelow(menu, v.sh.win.Canvas(), v.export)
}

// exported says where an export is.
func (v *historyView) exported(path string) {
	t := v.sh.text
	v.notice.show(theme.InfoIcon(), t.savedAs(path), t.s("action.folder"), func() { openFolder(v.sh, path) })
}
