package history

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/transfers"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// historyLimit is how many stored files the page lists; an export has all.
const historyLimit = 2000

// View lists the stored files, newest first.
type View struct {
	host      *view.Host
	content   *fyne.Container
	Notice    *view.Notice
	permanent *transfers.Finaliser
	search    *view.LineEntry
	copyID    *widgets.QuietButton
	copySum   *widgets.QuietButton
	export    *widgets.QuietButton
	columns   *widgets.ColumnSet
	head      *widgets.TableHead
	order     core.HistoryOrder
	reverse   bool
	list      *widgets.RowList
	none      *widgets.Caption
	more      *widgets.Caption // shown if there are more than are listed

	rows    []core.Transfer
	chosen  int // index of the selected row, -1 for none
	Visible bool
	asking  bool       // a query is under way
	again   bool       // the search changed meanwhile
	stored  func() int // grows when something new is stored
	seen    int        // stored() when the rows were read
}

var (
	_ view.Page   = (*View)(nil)
	_ view.Ticker = (*View)(nil)
)

// New returns the page. p makes files permanent; stored grows when a file is stored.
func New(host *view.Host, p *transfers.Finaliser, stored func() int) *View {
	v := &View{host: host, permanent: p, chosen: -1, stored: stored}
	t := host.Text
	v.search = view.NewLineEntry(host, t.S("history.search"))
	v.search.OnChanged = func(string) { v.Read() }
	v.copyID = widgets.NewQuietButton(t.S("action.copy_id"), func() { v.copy(func(r *core.Receipt) string { return r.FileID }) })
	v.copySum = widgets.NewQuietButton(t.S("action.copy_sum"), func() { v.copy(func(r *core.Receipt) string { return string(r.SHA256) }) })
	v.export = widgets.NewQuietButtonWithIcon(t.S("history.export"), theme.MenuDropDownIcon(), v.showExport)
	v.export.IconPlacement = widget.ButtonIconTrailingText
	v.columns = newColumns(t)
	v.buildList()
	v.none = widgets.NewCaption(t.S("history.none"), widgets.ColorMuted, theme.SizeNameText)
	v.none.Align = fyne.TextAlignCenter
	v.more = widgets.NewCaption(t.N("history.more", historyLimit), widgets.ColorMuted, widgets.SizeSmall)
	v.more.Cut = true
	v.more.Hide()
	id, sum := widgets.Outlined(v.copyID), widgets.Outlined(v.copySum)
	search := container.New(widgets.FixedWidth(240), v.search)
	tools := container.New(&widgets.HBox{Gap: 8, Stretch: search, Optional: []fyne.CanvasObject{sum, id}}, search, id, sum, widgets.Outlined(v.export))
	v.buildHead()
	sheet := widgets.NewSheet(v.head, v.list, v.none)
	v.Notice = view.NewNotice(t)
	v.content = container.New(widgets.VBox{Gap: 12, Grow: func() fyne.CanvasObject { return sheet }}, tools, v.Notice.Content, sheet, v.more)
	v.Notice.Changed = v.content.Refresh
	v.choose(-1)
	return v
}

func (v *View) buildList() {
	t := v.host.Text
	v.list = widgets.NewRowList(func() int { return len(v.rows) }, func() fyne.CanvasObject {
		r := widgets.NewCellRow(v.columns.Spans, len(v.columns.Columns))
		r.Cells[columnName].Color, r.Cells[columnSize].Align = theme.ColorNameForeground, fyne.TextAlignTrailing
		for _, c := range []int{columnName, columnFileID, columnSum} {
			r.Cells[c].Middle = true
		}
		more := widgets.NewIconButton(t.S("action.menu"), theme.MoreHorizontalIcon(), nil)
		more.Importance = widget.LowImportance
		r.Tail = more
		return r
	}, func(i int, o fyne.CanvasObject) {
		if i < len(v.rows) {
			v.draw(o.(*widgets.CellRow), i)
		}
	})
	v.list.OnKey = v.key
	v.list.OnMove = func(i int) { v.list.Select(i) }
	v.list.OnSelected = v.choose
	v.list.OnUnselected = func(widget.ListItemID) { v.choose(-1) }
}

func (v *View) draw(r *widgets.CellRow, i int) {
	t, x := v.host.Text, &v.rows[i]
	id, sum := "", ""
	switch {
	case x.Damaged():
		id, sum = t.S("history.damaged"), t.S("history.damaged")
	case x.Receipt != nil:
		id, sum = x.Receipt.FileID, string(x.Receipt.SHA256)
	}
	_, name := wording.SplitName(x.Source.Name)
	whole := name
	r.Cells[columnName].Color = theme.ColorNameForeground
	if x.State == core.StateTaken {
		name, r.Cells[columnName].Color = name+" · "+t.S("history.taken"), theme.ColorNameWarning
		id, sum = t.S("history.not_verified"), t.S("history.not_verified")
	}
	if differs := t.Differs(x.Receipt); differs != "" {
		name, r.Cells[columnName].Color = name+" · "+differs, theme.ColorNameWarning
	}
	r.Cells[columnName].Middle = name == whole // else it ends with what is to be known of it
	r.Set(wording.Plain(name), wording.Plain(x.Options.Profile), t.Size(x.Source.Size), storedAt(x).Local().Format("2006-01-02 15:04"), wording.Host(x.Server), wording.Plain(id), sum)
	r.Arrange()
	more := r.Tail.(*widgets.IconButton)
	more.OnTapped = func() { view.ShowMenuBelow(v.menu(i), v.host.Win.Canvas(), more) }
}

// storedAt is when the server stored a file.
func storedAt(x *core.Transfer) time.Time {
	if x.Receipt != nil && !x.Receipt.UploadedAt.IsZero() {
		return x.Receipt.UploadedAt
	}
	return x.FinishedAt
}

// Content implements view.Page.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Shown implements view.Page.
func (v *View) Shown() {
	v.Visible = true
	v.Read()
}

// Hidden implements view.Page.
func (v *View) Hidden() { v.Visible = false }

// Tick implements view.Ticker. It shows what was stored since.
func (v *View) Tick(time.Time) {
	if v.stored() != v.seen {
		v.Read()
	}
}

// Search is the entry that Ctrl+F goes to.
func (v *View) Search() fyne.Focusable { return v.search }

func (v *View) query() core.HistoryQuery {
	return core.HistoryQuery{Text: strings.TrimSpace(v.search.Text), Order: v.order, Reverse: v.reverse}
}

// Read reads the rows. While it does so, another call makes it read again after.
func (v *View) Read() {
	if v.asking {
		v.again = true
		return
	}
	v.asking, v.again, v.seen = true, false, v.stored()
	q := v.query()
	q.Limit = historyLimit + 1
	view.Async(v.host, func(ctx context.Context) ([]core.Transfer, error) { return v.host.Controller.History(ctx, q) },
		func(rows []core.Transfer, err error) {
			v.asking = false
			switch {
			case v.again:
				v.Read()
			case err != nil && v.Visible:
				v.host.Failed(err)
			case err == nil:
				v.show(rows)
			}
		})
}

func (v *View) show(rows []core.Transfer) {
	var chosen core.TransferID // it stays chosen while it is listed
	if v.chosen >= 0 && v.chosen < len(v.rows) {
		chosen = v.rows[v.chosen].ID
	}
	v.rows = rows[:min(len(rows), historyLimit)]
	v.showProfiles()
	v.list.UnselectAll()
	v.choose(-1)
	key := "history.none"
	if v.query().Text != "" {
		key = "list.none"
	}
	v.none.Set(v.host.Text.S(key))
	widgets.SetVisible(v.none, len(rows) == 0)
	widgets.SetVisible(v.more, len(rows) > historyLimit)
	widgets.SetEnabled(v.export, len(rows) > 0)
	v.list.Refresh()
	v.content.Refresh()
	if at := slices.IndexFunc(v.rows, func(x core.Transfer) bool { return x.ID == chosen }); at >= 0 {
		offset := v.list.GetScrollOffset()
		v.list.Select(at)
		v.list.ScrollToOffset(offset) // Select scrolls to the row
	}
}

// choose sets the row for the buttons.
func (v *View) choose(i widget.ListItemID) {
	v.chosen = i
	on := i >= 0 && i < len(v.rows) && v.rows[i].Receipt != nil
	widgets.SetEnabled(v.copyID, on)
	widgets.SetEnabled(v.copySum, on)
}

func (v *View) copy(of func(*core.Receipt) string) {
	if i := v.chosen; i >= 0 && i < len(v.rows) && v.rows[i].Receipt != nil {
		v.host.App.Clipboard().SetContent(of(v.rows[i].Receipt))
	}
}

// key does what a key does with the chosen row. It reports whether it used the key.
func (v *View) key(e *fyne.KeyEvent) bool {
	if v.chosen < 0 || v.chosen >= len(v.rows) {
		return false
	}
	switch e.Name {
	case desktop.KeyMenu, fyne.KeyF10:
		view.ShowMenuBelow(v.menu(v.chosen), v.host.Win.Canvas(), v.search)
	case fyne.KeyReturn, fyne.KeyEnter:
		x := v.rows[v.chosen]
		transfers.ShowTransfer(v.host, queue.NewRow(&x))
	default:
		return false
	}
	return true
}

// menu is the menu of a row.
func (v *View) menu(i int) *fyne.Menu {
	t := v.host.Text
	v.list.Select(i)
	menu := fyne.NewMenu("")
	if v.rows[i].Receipt != nil {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("action.copy_id"), v.copyID.OnTapped),
			fyne.NewMenuItem(t.S("action.copy_sum"), v.copySum.OnTapped))
	}
	x := v.rows[i]
	if file, ok := transfers.StoredOf(&x); ok {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("action.permanent"), func() { v.permanent.Ask([]transfers.StoredFile{file}) }))
	}
	if x.Drop != nil {
		menu.Items = append(menu.Items, fyne.NewMenuItem(t.S("receipt.of_drop"), func() { transfers.ShowReceipt(v.host, x.Drop.ID) }))
	}
	menu.Items = append(menu.Items,
		fyne.NewMenuItem(t.S("action.folder"), func() { view.OpenFolder(v.host, x.Source.Path) }),
		fyne.NewMenuItem(t.S("action.details"), func() { transfers.ShowTransfer(v.host, queue.NewRow(&x)) }))
	return menu
}

// MakePermanent makes the chosen file permanent.
func (v *View) MakePermanent() {
	if i := v.chosen; i >= 0 && i < len(v.rows) {
		if file, ok := transfers.StoredOf(&v.rows[i]); ok {
			v.permanent.Ask([]transfers.StoredFile{file})
		}
	}
}

// exports are the formats in which the history can be exported.
var exports = []struct { //nolint:gochecknoglobals // a table
	format core.HistoryFormat
	key    string
	file   string
}{
	{core.FormatCSV, "history.csv", "history.csv"},
	{core.FormatJSON, "history.json", "history.jsonl"},
	{core.FormatSums, "history.sums", "SHA256SUMS"},
}

func (v *View) showExport() {
	menu, q := fyne.NewMenu(""), v.query()
	for _, e := range exports {
		menu.Items = append(menu.Items, fyne.NewMenuItem(v.host.Text.S(e.key), func() {
			view.SaveFile(v.host, e.file, nil, func(ctx context.Context, path string) error {
				// Everything that the search takes, not only what is listed.
				return v.host.Controller.ExportHistory(ctx, path, e.format, q)
			}, v.exported)
		}))
	}
	view.ShowMenuBelow(menu, v.host.Win.Canvas(), v.export)
}

// exported says where an export was written.
func (v *View) exported(path string) {
	t := v.host.Text
	v.Notice.Show(theme.InfoIcon(), t.SavedAs(path), t.S("action.folder"), func() { view.OpenFolder(v.host, path) })
}
