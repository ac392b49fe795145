// Command trivial is the least that a window with Fyne can be: what the
// program's window is measured beside (app/bench_linux_test.go).
package main

import (
	"flag"
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

func main() {
	rows := flag.Int("rows", 0, "rows of a list below the progress bar")
	every := flag.Duration("every", 0, "how often the progress bar moves on; 0 for never")
	flag.Parse()
	a := app.NewWithID("io.github.artstore.ingester.trivial")
	a.Settings().SetTheme(theme.DefaultTheme())
	w := a.NewWindow("Trivial")
	bar := widget.NewProgressBar()
	top := container.NewVBox(widget.NewLabel("Trivial"), bar)
	list := widget.NewList(func() int { return *rows },
		func() fyne.CanvasObject { return widget.NewLabel("") },
		func(i int, o fyne.CanvasObject) {
			o.(*widget.Label).SetText(fmt.Sprintf("photos/2026/IMG_%06d.jpg", i))
		})
	w.SetContent(container.NewBorder(top, nil, nil, nil, list))
	w.Resize(fyne.NewSize(1100, 720))
	if *every > 0 {
		go func() {
			for range time.Tick(*every) {
				fyne.Do(func() { bar.SetValue(bar.Value + 0.001) })
			}
		}()
	}
	w.ShowAndRun()
}
