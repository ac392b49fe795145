package transfers

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestWhatWasUsedIsOffered: tags and descriptions of queued files are offered by button
// and key, newest first, and after a restart; they can be forgotten.
func TestWhatWasUsedIsOffered(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	o := h.v.options
	if o.tags.ActionItem != nil || o.description.ActionItem != nil {
		t.Error("nothing is offered with a button")
	}
	h.Win.Canvas().Focus(o.tags.LineEntry)
	h.Typed(fyne.KeyDown)
	if h.Win.Canvas().Overlays().Top() != nil {
		t.Error("an empty menu")
	}
	h.v.Used(core.Options{Tags: []string{"invoices", "2026"}, Description: "Box 14"})
	h.v.Used(core.Options{Tags: []string{"maps", "2026"}, Description: strings.Repeat("long ", 100)})
	h.v.Used(core.Options{})
	if d := cmp.Diff([]string{"maps", "2026", "invoices"}, o.tags.recent()); d != "" {
		t.Error(d)
	}

	h.Win.Canvas().Focus(o.tags.LineEntry)
	h.Typed(fyne.KeyDown)
	h.Choose("maps")
	h.Typed(fyne.KeyDown)
	h.Choose("invoices")
	h.Typed(fyne.KeyDown)
	h.Choose("maps")
	if d := cmp.Diff([]string{"maps", "invoices"}, h.v.Options("P").Tags); d != "" {
		t.Error(d)
	}

	again := New(h.host, h.model, h.v.icons, h.permanent) // the next start
	h.Win.SetContent(again.Content())
	test.Tap(again.options.description.arrow)
	h.Says(strings.Repeat("long ", 11) + "long…")
	h.Choose("Box 14")
	if got := again.Options("P").Description; got != "Box 14" {
		t.Errorf("the description is %q", got)
	}
	test.Tap(again.options.description.arrow)
	h.Choose("Forget these")
	if got := again.options.description.recent(); len(got) != 0 || again.options.description.ActionItem != nil {
		t.Errorf("%q are remembered", got)
	}
	if got := again.options.tags.recent(); len(got) != 3 {
		t.Errorf("tags are forgotten too: %q", got)
	}
}

// TestRecentIsBounded: the oldest are forgotten.
func TestRecentIsBounded(t *testing.T) {
	h := open(t, viewtest.Busy(), "en", "light")
	for i := range mostRecent + 3 {
		h.v.Used(core.Options{Tags: []string{fmt.Sprint("tag ", i)}})
	}
	got := h.v.options.tags.recent()
	if len(got) != mostRecent || got[0] != "tag 14" || got[mostRecent-1] != "tag 3" {
		t.Errorf("%q", got)
	}
}
