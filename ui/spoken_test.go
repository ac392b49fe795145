package ui

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// heard is what Fyne gives to a screen reader: it looks at accessible objects, and
// into containers only.
func heard(o fyne.CanvasObject) (labels []string) {
	if o == nil || !o.Visible() {
		return nil
	}
	if a, ok := o.(fyne.Accessible); ok && a.AccessibilityRole() != fyne.AccessibleRoleContainer {
		labels = append(labels, a.AccessibilityLabel())
	}
	if c, ok := o.(*fyne.Container); ok {
		for _, child := range c.Objects {
			labels = append(labels, heard(child)...)
		}
	}
	return labels
}

func TestScreenReadersHearTheWindow(t *testing.T) {
	ctl := viewtest.NewFake()
	ctl.Snapshot = viewtest.Showcase(12)
	h := open(t, ctl, "en", "light")
	got := heard(h.w.win.Content())
	for _, want := range []string{
		"Production", "Connected", "TLS 1.3 · mTLS · HTTP/2", "Pause all", "Add files", "Settings", "Transfers 12", "History", "Metrics", "Log",
		"Drop files or folders here", "Choose files…", "Choose folder…", "Temporary, 30 days", "Show: all", "Retry failed…",
		"1 of 12 files", "1 failed · 1 to decide",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not heard among %q", want, got)
		}
	}
}

// TestNoButtonIsNamedByItsPicture checks that a button without words has a name.
func TestNoButtonIsNamedByItsPicture(t *testing.T) {
	for _, language := range wording.Languages() {
		h := open(t, viewtest.Busy(), language, "light")
		h.w.transfers.Notice.Show(widgets.AppIcon(), "words", "", nil)
		for i := range h.w.pages {
			h.w.choose(i)
			if i == 1 {
				h.listsHistory()
			}
			viewtest.Seen(t, h.w.win.Content(), func(o fyne.CanvasObject) {
				if b := viewtest.ButtonOf(o); b != nil && b.Text == "" && b.Icon != nil {
					t.Errorf("%s, page %d: a button is called %q", language, i, b.AccessibilityLabel())
				}
				if b, ok := o.(*widgets.IconButton); ok && strings.TrimSpace(b.Name) == "" {
					t.Errorf("%s, page %d: a button has no name", language, i)
				}
			})
		}
	}
}
