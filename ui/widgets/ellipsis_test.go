package widgets

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// TestMiddleEllipsis: beginning and ending are kept, whole characters only, and what
// fits is not cut.
func TestMiddleEllipsis(t *testing.T) {
	test.NewTempApp(t)
	const size = 14
	for _, name := range []string{"Protokoll der Sitzung vom 12. März_Anlage 12.pdf", "Протокол заседания от 12 марта, приложение 12.pdf", strings.Repeat("é", 60) + ".tiff", strings.Repeat("👩‍👩‍👧", 20) + ".jpg"} {
		whole := fyne.MeasureText(name, size, fyne.TextStyle{}).Width
		if got := MiddleEllipsis(name, whole, size, fyne.TextStyle{}); got != name {
			t.Errorf("%q was cut to %q", name, got)
		}
		got := MiddleEllipsis(name, whole/2, size, fyne.TextStyle{})
		head, tail, found := strings.Cut(got, "…")
		if !found || !strings.HasPrefix(name, head) || !strings.HasSuffix(name, tail) || !strings.HasSuffix(got, name[strings.LastIndex(name, "."):]) {
			t.Errorf("%q was cut to %q", name, got)
		}
		if width := fyne.MeasureText(got, size, fyne.TextStyle{}).Width; width > whole/2 || width < whole/2-30 {
			t.Errorf("%q is %v wide, there is room for %v", got, width, whole/2)
		}
		if strings.Contains(name, "👩") && (strings.HasPrefix(tail, "\u200d") || strings.HasSuffix(head, "\u200d")) {
			t.Errorf("%q is cut within a character", got)
		}
	}
	if got := MiddleEllipsis("report.pdf", 1, size, fyne.TextStyle{}); got != "…" {
		t.Errorf("without room it is %q", got)
	}
}
