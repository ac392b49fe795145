package transfers

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// dropArea says that files can be dropped, and has buttons to choose some. It is
// tall while the list is empty, and else a strip. Files can be dropped anywhere on
// the window.
type dropArea struct {
	content *fyne.Container
	tall    bool
	files   *widgets.QuietButton
	folder  *widgets.QuietButton
	parts   []fyne.CanvasObject // icon, title, or, files, folder
}

func newDropArea(t *wording.Text) *dropArea {
	d := &dropArea{}
	icon := canvas.NewImageFromResource(theme.NewColoredResource(theme.UploadIcon(), theme.ColorNamePrimary))
	icon.FillMode = canvas.ImageFillContain
	title := widgets.NewCaption(t.S("drop.title"), theme.ColorNameForeground, theme.SizeNameText)
	title.Bold, title.Cut, title.Align = true, true, fyne.TextAlignCenter
	or := widgets.NewCaption(t.S("drop.or"), widgets.ColorMuted, theme.SizeNameText)
	d.files = widgets.NewQuietButton(t.S("drop.files"), nil)
	d.folder = widgets.NewQuietButton(t.S("drop.folder"), nil)
	d.parts = []fyne.CanvasObject{icon, title, or, widgets.Outlined(d.files), widgets.Outlined(d.folder)}
	d.content = container.NewStack(widgets.NewSurface(widgets.ColorSoft, "", dashRadius), newDashes(), container.New(&dropLayout{area: d, title: title}, d.parts...))
	return d
}

// setTall changes between the tall area and the strip.
func (d *dropArea) setTall(tall bool) {
	if d.tall != tall {
		d.tall = tall
		d.content.Refresh()
	}
}

type dropLayout struct {
	area  *dropArea
	title *widgets.Caption
}

const dropEdge = 16

// MinSize implements fyne.Layout.
func (l *dropLayout) MinSize(parts []fyne.CanvasObject) fyne.Size {
	files, folder := parts[3].MinSize(), parts[4].MinSize()
	height := files.Height + 2*12
	if l.area.tall {
		height = 168
	}
	return fyne.NewSize(files.Width+folder.Width+8+2*dropEdge, height)
}

// Layout implements fyne.Layout.
func (l *dropLayout) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	if l.area.tall {
		l.tall(parts, size)
		return
	}
	widgets.SetVisible(parts[0], false)
	x := float32(dropEdge)
	buttons := parts[3].MinSize().Width + 8 + parts[4].MinSize().Width
	or := parts[2].MinSize().Width + 20
	words := l.title.FullWidth()
	room := size.Width - 2*dropEdge - buttons
	widgets.SetVisible(parts[2], words+or <= room)
	if words+or > room {
		or = 12
	}
	put := func(o fyne.CanvasObject, width float32) {
		height := o.MinSize().Height
		o.Move(fyne.NewPos(x, (size.Height-height)/2))
		o.Resize(fyne.NewSize(width, height))
		x += width
	}
	put(parts[1], max(0, min(words, room-or)))
	if parts[2].Visible() {
		x += 10
		put(parts[2], or-20)
		x += 10
	} else {
		x += or
	}
	put(parts[3], parts[3].MinSize().Width)
	x += 8
	put(parts[4], parts[4].MinSize().Width)
}

// tall puts everything into the middle.
func (l *dropLayout) tall(parts []fyne.CanvasObject, size fyne.Size) {
	const icon = 48
	widgets.SetVisible(parts[0], true)
	widgets.SetVisible(parts[2], false)
	title, files, folder := parts[1].MinSize(), parts[3].MinSize(), parts[4].MinSize()
	y := (size.Height - icon - 12 - title.Height - 16 - files.Height) / 2
	parts[0].Resize(fyne.NewSquareSize(icon))
	parts[0].Move(fyne.NewPos((size.Width-icon)/2, y))
	y += icon + 12
	parts[1].Resize(fyne.NewSize(size.Width-2*dropEdge, title.Height))
	parts[1].Move(fyne.NewPos(dropEdge, y))
	y += title.Height + 16
	x := (size.Width - files.Width - 8 - folder.Width) / 2
	parts[3].Resize(files)
	parts[3].Move(fyne.NewPos(x, y))
	parts[4].Resize(folder)
	parts[4].Move(fyne.NewPos(x+files.Width+8, y))
}

// Measures of the dashed line, in Fyne's units.
const (
	dashRadius = 8
	dashLength = 5
)

// dashes is a dashed rounded frame. Fyne has none.
type dashes struct{ widget.BaseWidget }

func newDashes() *dashes {
	d := &dashes{}
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *dashes) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(canvas.NewRaster(func(w, h int) image.Image {
		scale := float64(1)
		if width := d.Size().Width; width > 0 {
			scale = float64(w) / float64(width)
		}
		return dashedFrame(w, h, scale, theme.ColorForWidget(theme.ColorNamePrimary, d))
	}))
}

// dashedFrame draws the frame at a size in pixels. It visits the pixels of the line
// only.
func dashedFrame(w, h int, scale float64, c color.Color) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	line, dash, radius := max(1, int(scale)), max(2, int(dashLength*scale)), int(dashRadius*scale)
	on := func(at int) bool { return at/dash%2 == 0 }
	for x := radius; x < w-radius; x++ {
		for i := 0; i < line && on(x-radius); i++ {
			img.Set(x, i, c)
			img.Set(x, h-1-i, c)
		}
	}
	for y := radius; y < h-radius; y++ {
		for i := 0; i < line && on(y-radius); i++ {
			img.Set(i, y, c)
			img.Set(w-1-i, y, c)
		}
	}
	for x := range min(radius, w/2) {
		for y := range min(radius, h/2) {
			away := math.Hypot(float64(radius-x)-0.5, float64(radius-y)-0.5)
			if away > float64(radius) || away < float64(radius-line) {
				continue
			}
			for _, p := range [][2]int{{x, y}, {w - 1 - x, y}, {x, h - 1 - y}, {w - 1 - x, h - 1 - y}} {
				img.Set(p[0], p[1], c)
			}
		}
	}
	return img
}
