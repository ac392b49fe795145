package widgets

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Column is a column of a table. It has a width, or else a share of what the others
// leave.
type Column struct {
	Name   string  // in the head
	Width  float32 // 0 for a column that has a share
	Share  float32
	Least  float32 // the user can't make it narrower
	From   float32 // width of the table from which on it is shown
	Hidden bool
	Right  bool // its texts are aligned to the right
	Fixed  bool // the user can't change its width
}

// ColumnSet divides the width of a table among its columns, of which the user can
// change the widths.
type ColumnSet struct {
	Columns   []Column
	Edge      float32 // left of the first one
	Gap       float32 // between two
	Tail      float32 // width of what follows the last one
	Margin    float32 // right of the tail
	own       []float32
	OnChanged func() // after the user has changed a width
	Version   int    // grows when the places of the columns change
}

// Spans returns where the columns are in a table, and at the end the place of the
// tail. A column that is not shown has no width.
func (s *ColumnSet) Spans(width float32) []Span {
	spans := s.spans(width, s.own)
	if s.own != nil && s.crowded(spans, width) { // the widths are from a larger window
		spans = s.spans(width, nil)
	}
	return spans
}

// crowded reports whether a column with a share is too narrow.
func (s *ColumnSet) crowded(spans []Span, width float32) bool {
	for i, c := range s.Columns {
		if s.shown(i, width) && c.Share > 0 && spans[i].Width < c.Least {
			return true
		}
	}
	return false
}

func (s *ColumnSet) shown(i int, width float32) bool {
	return !s.Columns[i].Hidden && width >= s.Columns[i].From
}

func (s *ColumnSet) spans(width float32, own []float32) []Span {
	rest, shares := width-s.Edge-s.Tail-s.Margin, float32(0)
	size := func(i int) (width, share float32) {
		c := s.Columns[i]
		if own != nil && own[i] > 0 {
			if c.Share > 0 {
				return 0, own[i]
			}
			return own[i], 0
		}
		return c.Width, c.Share
	}
	for i := range s.Columns {
		if s.shown(i, width) {
			w, share := size(i)
			rest -= w + s.Gap
			shares += share
		}
	}
	if s.Tail == 0 {
		rest += s.Gap
	}
	rest = max(0, rest)
	spans := make([]Span, 0, len(s.Columns)+1)
	x := s.Edge
	for i := range s.Columns {
		w, share := size(i)
		if !s.shown(i, width) {
			spans = append(spans, Span{X: x})
			continue
		}
		if share > 0 {
			w = rest * share / shares
		}
		spans = append(spans, Span{X: x, Width: w})
		x += w + s.Gap
	}
	return append(spans, Span{X: x, Width: s.Tail})
}

// next is the column to the right of i, -1 for none.
func (s *ColumnSet) next(i int, width float32) int {
	for j := i + 1; j < len(s.Columns); j++ {
		if s.shown(j, width) {
			return j
		}
	}
	return -1
}

// Border returns the column whose right border is at x and can be moved, -1 for none.
func (s *ColumnSet) Border(x, width float32) int {
	const near = 5
	spans := s.Spans(width)
	for i := range s.Columns {
		j := s.next(i, width)
		if !s.shown(i, width) || j < 0 || s.Columns[i].Fixed || s.Columns[j].Fixed {
			continue
		}
		if at := (spans[i].X + spans[i].Width + spans[j].X) / 2; x >= at-near-s.Gap/2 && x <= at+near {
			return i
		}
	}
	return -1
}

// Move moves the right border of a column; its neighbour takes or gives the room.
func (s *ColumnSet) Move(i int, by, width float32) {
	j := s.next(i, width)
	if j < 0 || s.Columns[i].Fixed || s.Columns[j].Fixed {
		return
	}
	spans := s.Spans(width)
	by = max(by, min(0, s.Columns[i].Least-spans[i].Width))
	by = min(by, max(0, spans[j].Width-s.Columns[j].Least))
	if by == 0 {
		return
	}
	spans[i].Width += by
	spans[j].Width -= by
	if s.own == nil {
		s.own = make([]float32, len(s.Columns))
	}
	// The shares of the columns that are shown change together, as each is a part of
	// their sum. That stays what it is, since others may be hidden now.
	room, sum := float32(0), float32(0)
	for k, c := range s.Columns {
		if c.Share > 0 && s.shown(k, width) {
			room += spans[k].Width
			sum += s.share(k)
		}
	}
	for k, c := range s.Columns {
		switch {
		case c.Share > 0 && s.shown(k, width):
			s.own[k] = spans[k].Width / room * sum
		case k == i || k == j:
			s.own[k] = spans[k].Width
		}
	}
	s.changed()
}

// share is the share of a column that has one.
func (s *ColumnSet) share(i int) float32 {
	if s.own != nil && s.own[i] > 0 {
		return s.own[i]
	}
	return s.Columns[i].Share
}

// Reset gives all columns their own widths again.
func (s *ColumnSet) Reset() {
	s.own = nil
	s.changed()
}

// Hide hides a column, or shows it. It reports whether that is a change.
func (s *ColumnSet) Hide(column int, hidden bool) bool {
	if s.Columns[column].Hidden == hidden {
		return false
	}
	s.Columns[column].Hidden = hidden
	s.Version++
	return true
}

func (s *ColumnSet) changed() {
	s.Version++
	if s.OnChanged != nil {
		s.OnChanged()
	}
}

// Text is the user's widths as the preferences keep them, "" for none.
func (s *ColumnSet) Text() string {
	words := make([]string, len(s.own))
	for i, w := range s.own {
		words[i] = strconv.FormatFloat(float64(w), 'f', 4, 32)
	}
	return strings.Join(words, " ")
}

// Restore takes over what Text returned. What isn't of this table is ignored.
func (s *ColumnSet) Restore(text string) {
	words := strings.Fields(text)
	if len(words) != len(s.Columns) {
		return
	}
	own := make([]float32, len(words))
	for i, word := range words {
		w, err := strconv.ParseFloat(word, 32)
		const most = 10_000
		if err != nil || math.IsNaN(w) || w < 0 || w > most || w > 0 && s.Columns[i].Share == 0 && float32(w) < s.Columns[i].Least-0.1 {
			return
		}
		own[i] = float32(w)
	}
	if slices.Max(own) > 0 {
		s.own = own
	}
}
