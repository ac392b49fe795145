package transfers

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
)

// TestOtherNumberOfDays can be typed and accepted with Return. A number that can't
// be accepted says why.
func TestOtherNumberOfDays(t *testing.T) {
	for _, c := range []struct {
		language, typed string
		key             fyne.KeyName
		want            int
		says            string // while it stays open
	}{
		{"en", "45", fyne.KeyReturn, 45, ""},
		{"en", " 1 ", fyne.KeyEnter, 1, ""},
		{"en", "365", fyne.KeyEscape, 30, ""},
		{"en", "0", fyne.KeyReturn, 30, "Write a number from 1 to 365."},
		{"en", "366", fyne.KeyReturn, 30, "Write a number from 1 to 365."},
		{"ru", "много", fyne.KeyReturn, 30, "Введите число от 1 до 365."},
	} {
		t.Run(c.language+" "+c.typed, func(t *testing.T) {
			h := open(t, viewtest.Busy(), c.language, "light")
			o := h.v.options
			o.set(core.RetentionPermanent, 30)
			o.askDays()
			canvas := h.Win.Canvas()
			for _, r := range c.typed {
				canvas.Focused().TypedRune(r)
			}
			h.Typed(c.key)
			if c.says != "" {
				h.Says(c.says)
				if _, still := canvas.Focused().(*view.LineEntry); !still {
					t.Error("what was refused can't be mended at once")
				}
				h.Tap(h.host.Text.S("button.ok"))
				if canvas.Overlays().Top() == nil {
					t.Fatal("it was accepted")
				}
				h.Typed(fyne.KeyEscape)
			}
			want := core.RetentionTemporary
			if c.want == 30 {
				want = core.RetentionPermanent
			}
			if canvas.Overlays().Top() != nil || o.days != c.want || o.retention != want {
				t.Errorf("%s for %d days, want %s for %d", o.retention, o.days, want, c.want)
			}
		})
	}
}

func TestSplitTags(t *testing.T) {
	for in, want := range map[string][]string{
		"": nil, " , ;": nil, "scans": {"scans"}, "scans\r\nbox 14\u00a0\n\ufeff": {"scans", "box 14"}, "scans, box 14; scans,скан": {"scans", "box 14", "скан"},
	} {
		if got := splitTags(in); !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", in, got, want)
		}
	}
}
