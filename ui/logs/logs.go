package logs

import (
	"log/slog"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// View shows the newest records of the log, newest first.
type View struct {
	host    *view.Host
	buffer  *Buffer
	content *fyne.Container
	search  *view.LineEntry
	levels  *widgets.QuietButton
	copyAll *widgets.QuietButton
	list    *widgets.RowList
	none    *widgets.Caption

	least   slog.Level
	entries []logEntry // all of the buffer
	visible []int      // indexes of those that pass the filter
	version int        // of the buffer, -1 before it was read
}

var (
	_ view.Page   = (*View)(nil)
	_ view.Ticker = (*View)(nil)
)

// New returns the page that shows what is in buffer.
func New(host *view.Host, buffer *Buffer) *View {
	v := &View{host: host, buffer: buffer, least: slog.LevelDebug, version: -1}
	t := host.Text
	v.search = view.NewLineEntry(host, t.S("log.search"))
	v.search.OnChanged = func(string) { v.filter() }
	v.levels = widgets.NewQuietButtonWithIcon("", theme.MenuDropDownIcon(), v.showLevels)
	v.levels.IconPlacement = widget.ButtonIconTrailingText
	v.copyAll = widgets.NewQuietButtonWithIcon(t.S("button.copy"), theme.ContentCopyIcon(), func() {
		host.App.Clipboard().SetContent(v.asText())
	})
	v.list = widgets.NewRowList(func() int { return len(v.visible) }, func() fyne.CanvasObject { return widgets.NewCellRow(logSpans, 4) },
		func(i int, o fyne.CanvasObject) {
			if i < len(v.visible) {
				v.showRow(o.(*widgets.CellRow), &v.entries[v.visible[i]])
			}
		})
	v.list.OnMove = func(int) {}
	v.list.OnKey = func(e *fyne.KeyEvent) bool {
		if e.Name != fyne.KeyReturn && e.Name != fyne.KeyEnter {
			return false
		}
		v.list.Select(v.list.Current)
		return true
	}
	v.list.OnSelected = func(i widget.ListItemID) {
		v.list.Unselect(i)
		if i < len(v.visible) {
			v.showEntry(v.entries[v.visible[i]])
		}
	}
	v.none = widgets.NewCaption("", widgets.ColorMuted, theme.SizeNameText)
	v.none.Align = fyne.TextAlignCenter
	tools := container.New(&widgets.HBox{Gap: 8, Stretch: v.search}, v.search, widgets.Outlined(v.levels), widgets.Outlined(v.copyAll))
	sheet := widgets.NewSheet(nil, v.list, v.none)
	v.content = container.New(widgets.VBox{Gap: 12, Grow: func() fyne.CanvasObject { return sheet }}, tools, sheet)
	v.nameLevel()
	v.filter()
	return v
}

// Content implements view.Page.
func (v *View) Content() fyne.CanvasObject { return v.content }

// Shown implements view.Page.
func (v *View) Shown() { v.read() }

// Hidden implements view.Page.
func (v *View) Hidden() {}

// Tick implements view.Ticker.
func (v *View) Tick(time.Time) { v.read() }

// Search is the entry that Ctrl+F goes to.
func (v *View) Search() fyne.Focusable { return v.search }

// read reads new entries.
func (v *View) read() {
	entries, version, changed := v.buffer.since(v.version)
	if changed {
		v.entries, v.version = entries, version
		v.filter()
	}
}

// filter decides which entries are shown.
func (v *View) filter() {
	v.visible = v.visible[:0]
	words := strings.ToLower(strings.TrimSpace(v.search.Text))
	for i, e := range v.entries {
		if e.level >= v.least && (words == "" || v.holds(&e, words)) {
			v.visible = append(v.visible, i)
		}
	}
	key := "log.none"
	if len(v.entries) > 0 {
		key = "list.none"
	}
	v.none.Set(v.host.Text.S(key))
	widgets.SetVisible(v.none, len(v.visible) == 0)
	widgets.SetEnabled(v.copyAll, len(v.visible) > 0)
	v.list.Refresh()
}

// holds reports whether an entry has words, as it is shown or as it was logged.
func (v *View) holds(e *logEntry, words string) bool {
	for _, text := range []string{e.message, v.host.Text.Record(e.message), e.attrs} {
		if strings.Contains(strings.ToLower(text), words) {
			return true
		}
	}
	return false
}

// logLevels are the choices of the level filter.
func logLevels() []slog.Level {
	return []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
}

var levelKeys = map[slog.Level]string{ //nolint:gochecknoglobals // a table
	slog.LevelDebug: "log.level.all", slog.LevelInfo: "log.level.info",
	slog.LevelWarn: "log.level.warnings", slog.LevelError: "log.level.errors",
}

func (v *View) showLevels() {
	menu := fyne.NewMenu("")
	for _, level := range logLevels() {
		item := fyne.NewMenuItem(v.host.Text.S(levelKeys[level]), func() { v.setLevel(level) })
		item.Checked = level == v.least
		menu.Items = append(menu.Items, item)
	}
	view.ShowMenuBelow(menu, v.host.Win.Canvas(), v.levels)
}

func (v *View) setLevel(least slog.Level) {
	v.least = least
	v.nameLevel()
	v.filter()
}

func (v *View) nameLevel() {
	t := v.host.Text
	v.levels.SetText(t.S("filter.button", wording.Args{"Group": t.S(levelKeys[v.least])}))
	if v.content != nil {
		v.content.Refresh()
	}
}

// asText is the shown entries as in the log file, which is English, oldest first.
func (v *View) asText() string {
	var b strings.Builder
	for i := len(v.visible) - 1; i >= 0; i-- {
		e := v.entries[v.visible[i]]
		b.WriteString(e.at.UTC().Format(time.RFC3339Nano) + " " + e.level.String() + " " + wording.Plain(e.message))
		if e.attrs != "" {
			b.WriteString(" " + e.attrs)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// showEntry shows an entry, with its message as the log file has it.
func (v *View) showEntry(e logEntry) {
	t := v.host.Text
	view.ShowFacts(v.host, wording.Plain(t.Record(e.message)), []wording.Fact{
		{Name: t.S("log.time"), Value: t.Moment(e.at)}, {Name: t.S("log.level"), Value: e.level.String()},
		{Name: t.S("log.message"), Value: wording.Plain(e.message)}, {Name: t.S("log.details"), Value: e.attrs},
	})
}

// logSpans are the columns of the log: time, level, message, attributes.
func logSpans(width float32) []widgets.Span {
	const edge, gap, time, level = 16, 12, 64, 56
	rest := max(0, width-2*edge-time-level-3*gap)
	message := rest * 0.5
	x := float32(edge + time + gap + level + gap)
	return []widgets.Span{{X: edge, Width: time}, {X: edge + time + gap, Width: level}, {X: x, Width: message}, {X: x + message + gap, Width: rest - message}}
}

func (v *View) showRow(r *widgets.CellRow, e *logEntry) {
	tone := widgets.ColorMuted
	switch {
	case e.level >= slog.LevelError:
		tone = theme.ColorNameError
	case e.level >= slog.LevelWarn:
		tone = theme.ColorNameWarning
	}
	r.Cells[1].Tint(tone)
	r.Cells[2].Tint(theme.ColorNameForeground)
	r.Set(e.at.Local().Format(time.TimeOnly), e.level.String(), wording.Plain(v.host.Text.Record(e.message)), e.attrs)
}
