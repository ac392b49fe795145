package viewtest

import (
	"image"
	"runtime"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"github.com/artstore/ingester/ui/widgets"
)

// CompareMasters compares what is drawn with the pictures in testdata/masters. If
// one differs, the new picture is in testdata/failed; if that is right, it replaces
// the old one.
func CompareMasters(t *testing.T, masters map[string]func() (fyne.CanvasObject, fyne.Size)) {
	t.Helper()
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors round a pixel here and there otherwise")
	}
	for _, look := range []string{"light", "dark"} {
		for name, build := range masters {
			t.Run(name+" "+look, func(t *testing.T) {
				NewTestApp(t).Settings().SetTheme(widgets.NewTheme(look))
				o, size := build()
				picture := drawn(container.NewStack(widgets.NewBox(widgets.ColorSurface, "", 0), o), size)
				test.AssertImageMatches(t, "masters/"+name+"-"+look+".png", picture)
			})
		}
	}
}

// drawn is a picture of o.
func drawn(o fyne.CanvasObject, size fyne.Size) image.Image {
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(o)
	c.Resize(fyne.NewSize(max(size.Width, o.MinSize().Width), max(size.Height, o.MinSize().Height)))
	return c.Capture()
}
