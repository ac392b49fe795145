package transfers

import (
	"github.com/artstore/ingester/ui/widgets"
)

// Measures of a row.
const (
	rowHeight float32 = 47 // besides the line of 1 between rows
	barHeight float32 = 6
	barWidth  float32 = 260 // at most
)

// spans are the columns of the list, for its rows and its head.
type spans struct{ icon, name, size, progress, speed, left, actions widgets.Span }

// spansFor divides a width into columns. If there is too little, speed and time
// left have none, and the speed is shown with the progress.
func spansFor(width float32) spans {
	const gap, edge = 12, 12
	icon, size, speed, left, actions := float32(50-gap), float32(84), float32(96), float32(64), 2*widgets.ButtonSize
	if width < 720 {
		speed, left = 0, 0
	}
	fixed := icon + size + actions + edge + 4*gap
	if speed > 0 {
		fixed += speed + left + 2*gap
	}
	rest := max(0, width-fixed)
	name := rest * 0.54
	progress := rest - name
	if width < 720 {
		name = rest * 0.5
		progress = rest - name
	}
	var p spans
	x := float32(0)
	next := func(w float32) widgets.Span {
		at := widgets.Span{X: x, Width: w}
		if w > 0 {
			x += w + gap
		}
		return at
	}
	p.icon, p.name, p.size, p.progress = next(icon), next(name), next(size), next(progress)
	p.speed, p.left, p.actions = next(speed), next(left), next(actions)
	return p
}
