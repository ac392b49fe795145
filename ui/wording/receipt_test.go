package wording

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/artstore/ingester/core"
)

// someReport is a drop in which every outcome occurs, with names that are markup.
func someReport() core.DropReport {
	drop := core.Drop{ID: core.DropID(time.Date(2026, 11, 24, 14, 5, 0, 0, time.UTC).UnixNano()), Name: "<b>box</b>"}
	file := func(id core.TransferID, s core.State) core.Transfer {
		return core.Transfer{ID: id, Drop: &drop, State: s, Server: "https://s.example", Options: core.Options{Profile: "Prod"},
			Source: core.Source{Name: "box/" + string(id), Path: "/box/" + string(id), Size: 1 << 20}}
	}
	stored := file("<script>alert(1)</script>.pdf", core.StateStored)
	stored.Receipt = &core.Receipt{FileID: "id-1", SHA256: core.Checksum(strings.Repeat("0a", 32)), UploadedAt: time.Date(2026, 11, 24, 14, 6, 0, 0, time.UTC)}
	failed := file("failed.pdf", core.StateFailed)
	failed.Error = &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413}
	before, again := file("before.pdf", core.StateStored), file("again.pdf", core.StateStored)
	before.Receipt, again.Receipt = stored.Receipt, stored.Receipt
	return core.DropReport{
		DropRecord: core.DropRecord{Drop: drop, More: 3, Skipped: []core.Skipped{{Path: "/box/a&b", Reason: core.SkipSymlink}}},
		Transfers: []core.Transfer{stored, failed, file("unknown.pdf", core.StateUnknown), file("taken.pdf", core.StateTaken),
			file("cancelled.pdf", core.StateCancelled), file("waiting.pdf", core.StateWaiting), file("again.pdf", core.StateStored)},
		Earlier: []core.Transfer{before, file("queued.pdf", core.StateQueued), again},
	}
}

// TestReceiptPage: the page says what became of each file, in both languages, and names of
// files are no markup.
func TestReceiptPage(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {"Receipt: <b>box</b>", "2 stored", "1 failed", "1 of unknown outcome", "1 taken as arrived, not verified", "1 cancelled", "1 not finished", "1 file was stored before",
			"1 file was in the queue before", "1 left out", "Link, not followed", "and 3 more", "2 of 7 files stored"},
		"ru": {"Отчёт: <b>box</b>", "2 сохранены", "1 с ошибкой", "1 пропущен"},
	} {
		text, err := NewText(lang)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := text.ReceiptPage(&page, someReport()); err != nil {
			t.Fatal(err)
		}
		tree, err := html.Parse(bytes.NewReader(page.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for n := range tree.Descendants() {
			switch {
			case n.Type == html.TextNode && n.Parent.Data != "style":
				words = append(words, n.Data)
			case n.Type == html.ElementNode && slices.Contains([]string{"script", "b", "img", "link"}, n.Data):
				t.Errorf("%s: there is an element %s", lang, n.Data)
			}
		}
		all := Spaced(strings.Join(words, "\n"))
		for _, w := range append(want, "box/<script>alert(1)</script>.pdf", "/box/a&b", strings.Repeat("0a", 32), "id-1") {
			if !strings.Contains(all, w) {
				t.Errorf("%s: the page doesn't say %q:\n%s", lang, w, all)
			}
		}
		if n := strings.Count(all, "again.pdf"); n != 1 {
			t.Errorf("%s: a file that was sent again is named %d times", lang, n)
		}
	}
}

// Spaced is a text with plain spaces.
func Spaced(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }
