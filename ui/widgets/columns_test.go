package widgets

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// someColumns are a fixed column, three with a share and two with a width; two of them need
// a wide table.
func someColumns() *ColumnSet {
	return &ColumnSet{Gap: 12, Edge: 4, Tail: 60, Margin: 10, Columns: []Column{
		{Width: 38, Fixed: true}, {Name: "a", Share: 0.6, Least: 80}, {Name: "b", Width: 84, Least: 48},
		{Name: "c", Share: 0.4, Least: 80}, {Name: "d", Width: 96, Least: 40, From: 720}, {Name: "e", Share: 0.3, Least: 60, From: 760},
	}}
}

// TestColumnsFillTheTable whatever the user has moved: columns don't overlap, none that
// is shown is narrower than it may be, and the tail ends at the margin.
func TestColumnsFillTheTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := someColumns()
		for range rapid.IntRange(0, 8).Draw(rt, "moves") {
			width := float32(rapid.SampledFrom([]int{520, 640, 719, 720, 1100, 3840}).Draw(rt, "at"))
			s.Move(rapid.IntRange(0, 5).Draw(rt, "border"), float32(rapid.IntRange(-900, 900).Draw(rt, "by")), width)
			if rapid.Bool().Draw(rt, "restart") {
				again := someColumns()
				again.Restore(s.Text())
				s = again
			}
		}
		for _, width := range []float32{520, 640, 719, 720, 1100, 3840} {
			spans := s.Spans(width)
			x := s.Edge
			for i, at := range spans {
				if at.Width == 0 {
					continue
				}
				if math.Abs(float64(at.X-x)) > 0.1 {
					rt.Fatalf("%v wide: column %d begins at %v, want %v", width, i, at.X, x)
				}
				if i < len(s.Columns) && at.Width < s.Columns[i].Least-0.1 {
					rt.Fatalf("%v wide: column %d has %v", width, i, at.Width)
				}
				x += at.Width + s.Gap
			}
			if end := x - s.Gap; math.Abs(float64(end-(width-s.Margin))) > 0.1 {
				rt.Fatalf("%v wide: the tail ends at %v", width, end)
			}
		}
	})
}

// TestBorderIsMoved: the two columns at a border change, the others stay.
func TestBorderIsMoved(t *testing.T) {
	s := someColumns()
	const width = 1000
	before := s.Spans(width)
	changed := 0
	s.OnChanged = func() { changed++ }
	at := before[1].X + before[1].Width + s.Gap/2
	if i := s.Border(at, width); i != 1 {
		t.Fatalf("the border at %v is that of column %d", at, i)
	}
	if i := s.Border(before[0].X+before[0].Width+s.Gap/2, width); i != -1 {
		t.Errorf("a fixed column has the border %d", i)
	}
	s.Move(1, 30, width)
	after := s.Spans(width)
	for i, by := range []float32{0, 30, -30, 0, 0, 0, 0} {
		if got := after[i].Width - before[i].Width; math.Abs(float64(got-by)) > 0.1 {
			t.Errorf("column %d has grown by %v, want %v", i, got, by)
		}
	}
	s.Move(1, 500, width)
	if got := s.Spans(width)[2].Width; got != 48 {
		t.Errorf("the neighbour has %v", got)
	}
	if got := s.Spans(width)[1].Width; got < before[1].Width+30 {
		t.Errorf("the column has %v", got)
	}
	s.Reset()
	if got := s.Spans(width)[1]; got != before[1] || changed != 3 {
		t.Errorf("after a reset %v, want %v; %d changes", got, before[1], changed)
	}
}

// TestWidthsOfANarrowTable stay in a wide one, which has more columns.
func TestWidthsOfANarrowTable(t *testing.T) {
	s := someColumns()
	const narrow, wide = 700, 1400
	own := s.Spans(wide)
	s.Move(1, 40, narrow)
	if got := s.Spans(wide); got[1].Width <= own[1].Width || got[2].Width != own[2].Width-36 || got[5].Width < own[5].Width-20 {
		t.Errorf("the columns have %v, without the change %v", got, own)
	}
}

// FuzzRestoredWidths: whatever the preferences hold, the table can be laid out.
func FuzzRestoredWidths(f *testing.F) {
	f.Add("38.0 300.0 84.0 200.0 96.0")
	f.Add("NaN 1e39 -1 0 7")
	f.Fuzz(func(t *testing.T, text string) {
		s := someColumns()
		s.Restore(text)
		for _, at := range s.Spans(800) {
			if !(at.Width >= 0 && at.X >= 0 && at.X <= 800) {
				t.Errorf("%q: a column %v", text, at)
			}
		}
	})
}
