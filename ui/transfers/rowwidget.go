package transfers

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/widgets"
)

// transferRow draws a row of the list. The list has few of them and gives each one
// other transfers with show.
type transferRow struct {
	widget.BaseWidget
	icons   *widgets.Icons
	columns *widgets.ColumnSet
	on      rowEvents
	id      core.TransferID
	at      int // index in the list
	words   rowWords
	laid    int              // ColumnSet.Version when it was drawn
	mods    fyne.KeyModifier // held at the last press
}

// rowEvents are called for what happens in a row.
type rowEvents struct {
	act    func(core.TransferID, queue.Action, fyne.CanvasObject)
	tapped func(core.TransferID, fyne.KeyModifier)
	menu   func(core.TransferID, fyne.Position)
	name   func(queue.Action) string // what a button is called
}

var (
	_ fyne.Tappable          = (*transferRow)(nil)
	_ fyne.SecondaryTappable = (*transferRow)(nil)
	_ desktop.Mouseable      = (*transferRow)(nil)
)

func newTransferRow(i *widgets.Icons, c *widgets.ColumnSet, on rowEvents) *transferRow {
	r := &transferRow{icons: i, columns: c, on: on}
	r.ExtendBaseWidget(r)
	return r
}

// show draws words, if they have changed.
func (r *transferRow) show(id core.TransferID, words rowWords) {
	r.id = id
	if r.words == words && r.laid == r.columns.Version {
		return
	}
	r.words, r.laid = words, r.columns.Version
	r.Refresh()
}

// Tapped implements fyne.Tappable.
func (r *transferRow) Tapped(*fyne.PointEvent) { r.on.tapped(r.id, r.mods) }

// TappedSecondary implements fyne.SecondaryTappable.
func (r *transferRow) TappedSecondary(e *fyne.PointEvent) { r.on.menu(r.id, e.AbsolutePosition) }

// MouseDown implements desktop.Mouseable.
func (r *transferRow) MouseDown(e *desktop.MouseEvent) { r.mods = e.Modifier }

// MouseUp implements desktop.Mouseable.
func (r *transferRow) MouseUp(*desktop.MouseEvent) {}

// CreateRenderer implements fyne.Widget.
func (r *transferRow) CreateRenderer() fyne.WidgetRenderer {
	text := func(align fyne.TextAlign) *canvas.Text {
		t := canvas.NewText("", color.Transparent)
		t.Alignment = align
		return t
	}
	d := &rowRenderer{
		row: r, ground: canvas.NewRectangle(color.Transparent), icon: canvas.NewImageFromResource(nil),
		name: text(fyne.TextAlignLeading), folder: text(fyne.TextAlignLeading), status: text(fyne.TextAlignLeading),
		profile: text(fyne.TextAlignLeading), size: text(fyne.TextAlignTrailing), speed: text(fyne.TextAlignTrailing), left: text(fyne.TextAlignTrailing),
		track: canvas.NewRectangle(color.Transparent), done: canvas.NewRectangle(color.Transparent),
		primary: widgets.NewIconButton("", nil, nil), secondary: widgets.NewIconButton("", nil, nil),
	}
	d.icon.FillMode = canvas.ImageFillContain
	d.primary.Importance, d.secondary.Importance = widget.LowImportance, widget.LowImportance
	d.primary.OnTapped = func() { r.on.act(r.id, r.words.primary, d.primary) }
	d.secondary.OnTapped = func() { r.on.act(r.id, r.words.secondary, d.secondary) }
	d.texts = []*canvas.Text{d.name, d.folder, d.profile, d.size, d.status, d.speed, d.left}
	d.rects = []*canvas.Rectangle{d.ground, d.track, d.done}
	d.all = []fyne.CanvasObject{d.ground, d.icon, d.name, d.folder, d.profile, d.size, d.status, d.track, d.done, d.speed, d.left, d.primary, d.secondary}
	d.style()
	return d
}

type rowRenderer struct {
	row                                     *transferRow
	profile                                 *canvas.Text
	ground, track, done                     *canvas.Rectangle
	icon                                    *canvas.Image
	name, folder, size, status, speed, left *canvas.Text
	primary, secondary                      *widgets.IconButton
	texts                                   []*canvas.Text
	rects                                   []*canvas.Rectangle
	all                                     []fyne.CanvasObject
}

// Destroy implements fyne.WidgetRenderer.
func (d *rowRenderer) Destroy() {}

// Objects implements fyne.WidgetRenderer.
func (d *rowRenderer) Objects() []fyne.CanvasObject { return d.all }

// MinSize implements fyne.WidgetRenderer.
func (d *rowRenderer) MinSize() fyne.Size { return fyne.NewSize(320, rowHeight) }

// Refresh implements fyne.WidgetRenderer. It refreshes what has changed only:
// otherwise each text would be rendered and each symbol read again. When the theme
// changes, Fyne refreshes every object itself.
func (d *rowRenderer) Refresh() {
	before := d.drawn()
	d.style()
	d.Layout(d.row.Size())
	now := d.drawn()
	for i, t := range d.texts {
		if now.texts[i] != before.texts[i] {
			t.Refresh()
		}
	}
	for i, r := range d.rects {
		if now.rects[i] != before.rects[i] {
			r.Refresh()
		}
	}
	if now.icon != before.icon {
		d.icon.Refresh()
	}
	canvas.Refresh(d.ground) // draws what was shown or hidden
}

// drawnRow is how the parts of a row look.
type drawnRow struct {
	texts [7]canvas.Text
	rects [3]canvas.Rectangle
	icon  fyne.Resource
}

func (d *rowRenderer) drawn() drawnRow {
	at := drawnRow{icon: d.icon.Resource}
	for i, t := range d.texts {
		at.texts[i] = *t
	}
	for i, r := range d.rects {
		at.rects[i] = *r
	}
	return at
}

// style sets texts and colours.
func (d *rowRenderer) style() {
	w := &d.row.words
	of := func(n fyne.ThemeColorName) color.Color { return theme.ColorForWidget(n, d.row) }
	for _, t := range []*canvas.Text{d.name, d.size} {
		t.TextSize = theme.SizeForWidget(theme.SizeNameText, d.row)
	}
	for _, t := range []*canvas.Text{d.folder, d.profile, d.status, d.speed, d.left} {
		t.TextSize = theme.SizeForWidget(widgets.SizeSmall, d.row)
	}
	d.folder.TextSize = theme.SizeForWidget(theme.SizeNameCaptionText, d.row)
	d.speed.TextSize, d.left.TextSize = d.size.TextSize, d.size.TextSize
	d.name.Color = of(theme.ColorNameForeground)
	for _, t := range []*canvas.Text{d.folder, d.profile, d.size, d.speed, d.left} {
		t.Color = of(widgets.ColorMuted)
	}
	d.status.Color = of(widgets.ColorMuted)
	if w.tone != "" {
		d.status.Color = of(w.tone)
	}
	d.ground.FillColor = color.Transparent
	if w.selected {
		d.ground.FillColor = of(theme.ColorNameSelection)
	} else if w.highlight {
		d.ground.FillColor = of(theme.ColorNameHover)
	}
	d.track.FillColor, d.track.CornerRadius, d.done.CornerRadius = of(widgets.ColorTrack), barHeight/2, barHeight/2
	if w.barTone != "" {
		d.done.FillColor = of(w.barTone)
	}
	d.icon.Resource = nil
	if w.icon != "" {
		d.icon.Resource = d.row.icons.Get(w.icon, w.tone)
	}
	d.size.Text, d.speed.Text, d.left.Text = w.size, w.speed, w.left
	d.button(d.primary, w.primary)
	d.button(d.secondary, w.secondary)
}

var actionIcons = map[queue.Action]string{queue.ActPause: "pause", queue.ActResume: "resume", queue.ActRetry: "retry", queue.ActCancel: "cancel", queue.ActDecide: "decide", queue.ActMore: "more"} //nolint:gochecknoglobals // a table

func (d *rowRenderer) button(b *widgets.IconButton, a queue.Action) {
	name := actionIcons[a]
	if name == "" {
		b.Hide()
		return
	}
	before := b.Icon
	b.Icon, b.Name = d.row.icons.Get(name, widgets.ColorMuted), d.row.on.name(a)
	switch {
	case !b.Visible():
		b.Show() // and refresh
	case b.Icon != before:
		b.Refresh()
	}
}

// Layout implements fyne.WidgetRenderer.
func (d *rowRenderer) Layout(size fyne.Size) {
	p, w := spansOf(d.row.columns, size.Width), &d.row.words
	d.ground.Resize(size)
	put := func(o fyne.CanvasObject, at widgets.Span, y, height float32) {
		o.Move(fyne.NewPos(at.X, y))
		o.Resize(fyne.NewSize(at.Width, height))
	}
	middle := func(o fyne.CanvasObject, at widgets.Span, height float32) {
		put(o, at, (size.Height-height)/2, height)
	}
	middle(d.icon, widgets.Span{X: p.icon.X + 14, Width: 18}, 18)
	line := fyne.MeasureText("M", d.name.TextSize, fyne.TextStyle{}).Height
	small := fyne.MeasureText("M", d.status.TextSize, fyne.TextStyle{}).Height
	middle(d.size, p.size, line)
	middle(d.profile, p.profile, small)
	middle(d.speed, p.speed, line)
	middle(d.left, p.left, line)
	d.profile.Text = widgets.MiddleEllipsis(w.profile, p.profile.Width, d.profile.TextSize, d.profile.TextStyle)
	widgets.SetVisible(d.profile, p.profile.Width > 0)
	widgets.SetVisible(d.speed, p.speed.Width > 0)
	widgets.SetVisible(d.left, p.left.Width > 0)

	d.name.Text = widgets.MiddleEllipsis(w.name, p.name.Width, d.name.TextSize, d.name.TextStyle)
	d.folder.Text = widgets.MiddleEllipsis(w.folder, p.name.Width, d.folder.TextSize, d.folder.TextStyle)
	if w.folder == "" {
		middle(d.name, p.name, line)
	} else {
		put(d.name, p.name, size.Height/2-line+2, line)
		put(d.folder, p.name, size.Height/2+1, small)
	}
	status, room := w.status, p.progress
	switch {
	case p.speed.Width == 0 && w.short != "":
		status = w.short
	case p.speed.Width > 0 && w.speed == "":
		// The columns beside it are empty.
		room.Width = p.left.X + p.left.Width - room.X
	}
	d.status.Text = widgets.Ellipsis(status, room.Width, d.status.TextSize, d.status.TextStyle)
	widgets.SetVisible(d.track, w.bar)
	widgets.SetVisible(d.done, w.bar && w.share > 0)
	if !w.bar {
		middle(d.status, room, small)
	} else {
		put(d.status, room, size.Height/2-small+1, small)
		at := fyne.NewPos(p.progress.X, size.Height/2+8)
		bar := min(p.progress.Width, barWidth)
		d.track.Move(at)
		d.track.Resize(fyne.NewSize(bar, barHeight))
		d.done.Move(at)
		d.done.Resize(fyne.NewSize(max(barHeight, bar*w.share), barHeight))
	}
	d.secondary.Resize(fyne.NewSize(widgets.ButtonSize, widgets.ButtonSize))
	d.secondary.Move(fyne.NewPos(p.actions.X+p.actions.Width-widgets.ButtonSize, (size.Height-widgets.ButtonSize)/2))
	d.primary.Resize(fyne.NewSize(widgets.ButtonSize, widgets.ButtonSize))
	d.primary.Move(fyne.NewPos(p.actions.X+p.actions.Width-2*widgets.ButtonSize, (size.Height-widgets.ButtonSize)/2))
}
