package ui

import (
	"log/slog"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// logView shows the newest records of the log, newest first.
type logView struct {
	sh      *shell
	buffer  *LogBuffer
	content *fyne.Container
	search  *lineEntry
	levels  *quietButton
	copyAll *quietButton
	list    *transferList
	none    *caption

	least   slog.Level
	entries []logEntry // all there are
	visible []int      // those that the filter takes
	version int        // of the buffer, -1 before it was read
}

var (
	_ view   = (*logView)(nil)
	_ ticker = (*logView)(nil)
)

func newLogView(s *shell, buffer *LogBuffer) *logView {
	v := &logView{sh: s, buffer: buffer, least: slog.LevelDebug, version: -1}
	t := s.text
	v.search = newLineEntry(s, t.s("log.search"))
	v.search.OnChanged = func(string) { v.filter() }
	v.levels = newQuietButtonWithIcon("", theme.MenuDropDownIcon(), v.showLevels)
	v.levels.IconPlacement = widget.ButtonIconTrailingText
	v.copyAll = newQuietButtonWithIcon(t.s("button.copy"), theme.ContentCopyIcon(), func() {
		s.app.Clipboard().SetContent(v.asText())
	})
	v.list = newTransferList(func() int { return len(v.visible) }, func() fyne.CanvasObject { return newCellRow(logPlaces, 4) },
		func(i int, o fyne.CanvasObject) {
			if i < len(v.visible) {
				showLogEntry(o.(*cellRow), &v.entries[v.visible[i]])
			}
		})
	v.list.onMove = func(int) {}
	v.list.onKey = func(e *fyne.KeyEvent) bool {
		if e.Name != fyne.KeyReturn && e.Name != fyne.KeyEnter {
			return false
		}
		v.list.Select(v.list.at)
		return true
	}
	v.list.OnSelected = func(i widget.ListItemID) {
		v.list.Unselect(i)
		if i < len(v.visible) {
			v.showEntry(v.entries[v.visible[i]])
		}
	}
	v.none = newCaption("", colorMuted, theme.SizeNameText)
	v.none.align = fyne.TextAlignCenter
	tools := container.New(&line{gap: 8, stretch: v.search}, v.search, outlined(v.levels), outlined(v.copyAll))
	sheet := newSheet(nil, v.list, v.none)
	v.content = container.New(stack{gap: 12, grow: func() fyne.CanvasObject { return sheet }}, tools, sheet)
	v.nameLevel()
	v.filter()
	return v
}

// Content implements view.
func (v *logView) Content() fyne.CanvasObject { return v.content }

// Shown implements view.
func (v *logView) Shown() { v.read() }

// Hidden implements view.
func (v *logView) Hidden() {}

// Tick implements ticker.
func (v *logView) Tick(time.Time) { v.read() }

// Search is the entry that Ctrl+F goes to.
func (v *logView) Search() fyne.Focusable { return v.search }

// read takes what is new over.
func (v *logView) read() {
	entries, version, changed := v.buffer.since(v.version)
	if changed {
		v.entries, v.version = entries, version
		v.filter()
	}
}

// filter decides again which entries are shown.
func (v *logView) filter() {
	v.visible = v.visible[:0]
	words := strings.ToLower(strings.TrimSpace(v.search.Text))
	for i, e := range v.entries {
		if e.level >= v.least && (words == "" || strings.Contains(strings.ToLower(e.message+" "+e.attrs), words)) {
			v.visible = append(v.visible, i)
		}
	}
	key := "log.none"
	if len(v.entries) > 0 {
		key = "list.none"
	}
	v.none.set(v.sh.text.s(key))
	setVisible(v.none, len(v.visible) == 0)
	setEnabled(v.copyAll, len(v.visible) > 0)
	v.list.Refresh()
}

// logLevels are the choices of the level filter.
func logLevels() []slog.Level {
	return []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}
}

var levelKeys = map[slog.Level]string{ //nolint:gochecknoglobals // a table
	slog.LevelDebug: "log.level.all", slog.LevelInfo: "log.level.info",
	slog.LevelWarn: "log.level.warnings", slog.LevelError: "log.level.errors",
}

func (v *logView) showLevels() {
	menu := fyne.NewMenu("")
	for _, level := range logLevels() {
		item := fyne.NewMenuItem(v.sh.text.s(levelKeys[level]), func() { v.setLevel(level) })
		item.Checked = level == v.least
		menu.Items = append(menu.Items, item)
	}
	showMenuBelow(menu, v.sh.win.Canvas(), v.levels)
}

func (v *logView) setLevel(least slog.Level) {
	v.least = least
	v.nameLevel()
	v.filter()
}

func (v *logView) nameLevel() {
	t := v.sh.text
	v.levels.SetText(t.s("filter.button", args{"Group": t.s(levelKeys[v.least])}))
	if v.content != nil {
		v.content.Refresh()
	}
}

// asText is what is shown, oldest first, as a log file has it.
func (v *logView) asText() string {
	var b strings.Builder
	for i := len(v.visible) - 1; i >= 0; i-- {
		e := v.entries[v.visible[i]]
		b.WriteString(e.at.UTC().Format(time.RFC3339Nano) + " " + e.level.String() + " " + plain(e.message))
		if e.attrs != "" {
			b.WriteString(" " + e.attrs)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (v *logView) showEntry(e logEntry) {
	t := v.sh.text
	showFacts(v.sh, plain(e.message), []fact{
		{t.s("log.time"), t.moment(e.at)}, {t.s("log.level"), e.level.String()},
		{t.s("log.message"), plain(e.message)}, {t.s("log.details"), e.attrs},
	})
}

// logPlaces are the columns of the log: time, level, message, attributes.
func logPlaces(width float32) []place {
	const edge, gap, time, level = 16, 12, 64, 56
	rest := max(0, width-2*edge-time-level-3*gap)
	message := rest * 0.5
	x := float32(edge + time + gap + level + gap)
	return []place{{edge, time}, {edge + time + gap, level}, {x, message}, {x + message + gap, rest - message}}
}

func showLogEntry(r *cellRow, e *logEntry) {
	tone := colorMuted
	switch {
	case e.level >= slog.LevelError:
		tone = theme.ColorNameError
	case e.level >= slog.LevelWarn:
		tone = theme.ColorNameWarning
	}
	r.cells[1].tint(tone)
	r.cells[2].tint(theme.ColorNameForeground)
	r.set(e.at.Local().Format(time.TimeOnly), e.level.String(), plain(e.message), e.attrs)
}
