package transfers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/view/viewtest"
	"github.com/artstore/ingester/ui/wording"
)

// TestAttemptsAreSaidInWords checks that the details say when an attempt was, how
// long it took, how much it sent and how it ended.
func TestAttemptsAreSaidInWords(t *testing.T) {
	failed := core.Attempt{Number: 1, Start: viewtest.Start(), End: viewtest.Start().Add(2 * time.Second), Sent: 1 << 20, Status: 503, Code: core.CodeServerBusy, Detail: "POST: 503\x1b[2J"}
	stored := core.Attempt{Number: 2, Start: viewtest.Start(), End: viewtest.Start().Add(time.Second), Sent: 2 << 20, Status: 201}
	for language, want := range map[string][]string{
		"en": {"Attempt 1", "1.0 MiB · the server is busy (503)", "Attempt 2", "2.0 MiB · stored · verified"},
		"ru": {"Попытка 1", "1,0 МиБ · сервер занят (503)", "Попытка 2", "2,0 МиБ · сохранено · проверено"},
	} {
		text := viewtest.Speaking(t, language)
		a, b := attempt(text, failed), attempt(text, stored)
		got := viewtest.Spaced(strings.Join([]string{a.Name, a.Value, b.Name, b.Value}, "\n"))
		for _, words := range append(want, viewtest.Start().Local().Format("2006-01-02 15:04:05"), "POST: 503␣[2J") {
			if !strings.Contains(got, words) {
				t.Errorf("%s: no %q in\n%s", language, words, got)
			}
		}
	}
}

// TestOneFactIsCopied by keys, and all of them too.
func TestOneFactIsCopied(t *testing.T) {
	h := open(t, viewtest.NewFake(), "en", "light")
	view.ShowFacts(h.host, "Title", []wording.Fact{{Name: "File ID", Value: "5f0c"}, {Name: "SHA-256", Value: "00ff"}, {Name: "empty", Value: ""}})
	var places []string
	for steps := range 3 {
		h.Win.Canvas().Unfocus() // as a button that is pressed does
		for range steps + 1 {
			h.Win.Canvas().FocusNext()
		}
		places = append(places, viewtest.Named(h.Win.Canvas().Focused()))
		h.Typed(fyne.KeySpace)
		places = append(places, h.App.Clipboard().Content())
	}
	want := []string{"Copy: File ID", "5f0c", "Copy: SHA-256", "00ff", "Copy as text", "File ID: 5f0c\nSHA-256: 00ff\n"}
	if !slices.Equal(places, want) {
		t.Errorf("Tab goes to and Space copies %q, want %q", places, want)
	}
}

// TestDetailsOfAnUnknownOutcome say what to do about that. The last error is among
// the causes.
func TestDetailsOfAnUnknownOutcome(t *testing.T) {
	x := viewtest.Transfer(1, "will.pdf", 100, core.StateUnknown)
	x.Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeConnectionRefused}
	r := queue.NewRow(&x)
	facts := factsOf(viewtest.English(t), &r, viewtest.Start())
	want := []wording.Fact{{Name: "State", Value: "Not known if it arrived"}, {Name: "What to do", Value: "Look on the server, or send it again: it may then be there twice."}}
	if !slices.Equal(facts[:2], want) {
		t.Errorf("they say %q, want %q", facts[:2], want)
	}
	if last := facts[len(facts)-1]; !strings.Contains(last.Value, string(core.CodeConnectionRefused)) {
		t.Errorf("the cause is %q", last)
	}
}
