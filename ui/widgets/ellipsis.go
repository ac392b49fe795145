package widgets

import (
	"fyne.io/fyne/v2"
	"github.com/rivo/uniseg"
)

const ellipsis = "…"

// Ellipsis cuts words at the end so that they fit into width.
func Ellipsis(words string, width, size float32, style fyne.TextStyle) string {
	return cut(words, width, size, style, func(parts []string, n int) (head, tail []string) { return parts[:n], nil })
}

// MiddleEllipsis cuts words in the middle so that they fit into width: names of files
// differ at their end, and there is what kind of file it is.
func MiddleEllipsis(words string, width, size float32, style fyne.TextStyle) string {
	return cut(words, width, size, style, func(parts []string, n int) (head, tail []string) {
		head = parts[:(n+1)/2]
		return head, parts[len(parts)-(n-len(head)):]
	})
}

// cut shortens words to as many characters as fit into width. keep says which of n
// characters are kept. A character is what the reader takes for one, with its accents.
func cut(words string, width, size float32, style fyne.TextStyle, keep func(parts []string, n int) (head, tail []string)) string {
	fits := func(s string) bool { return fyne.MeasureText(s, size, style).Width <= width }
	if words == "" || width <= 0 || fits(words) {
		return words
	}
	var parts []string
	for g := uniseg.NewGraphemes(words); g.Next(); {
		parts = append(parts, g.Str())
	}
	short := func(n int) string {
		head, tail := keep(parts, n)
		all := make([]byte, 0, len(words)+len(ellipsis))
		for _, p := range head {
			all = append(all, p...)
		}
		all = append(all, ellipsis...)
		for _, p := range tail {
			all = append(all, p...)
		}
		return string(all)
	}
	low, high := 0, len(parts)
	for low < high {
		if mid := (low + high + 1) / 2; fits(short(mid)) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return short(low)
}
