package transfers

import (
	"context"
	"net/url"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/widgets"
	"github.com/artstore/ingester/ui/wording"
)

// mostNoted is how many files the receipt's dialog names in each group. The saved forms
// have all.
const mostNoted = 20

// receiptForms are the forms in which a receipt can be saved.
var receiptForms = []struct { //nolint:gochecknoglobals // a table
	format core.HistoryFormat
	key    string
	file   string
}{
	{core.FormatHTML, "receipt.html", "receipt.html"},
	{core.FormatSums, "history.sums", "SHA256SUMS"},
	{core.FormatCSV, "history.csv", "receipt.csv"},
	{core.FormatJSON, "history.json", "receipt.jsonl"},
}

// ShowReceipt shows what became of a drop, and lets the user save it.
func ShowReceipt(host *view.Host, id core.DropID) {
	view.Async(host, func(ctx context.Context) (core.DropReport, error) { return host.Controller.Receipt(ctx, id) },
		func(r core.DropReport, err error) {
			if err != nil {
				host.Failed(err)
				return
			}
			showReceipt(host, r)
		})
}

func showReceipt(host *view.Host, r core.DropReport) {
	t := host.Text
	facts := []wording.Fact{{Name: t.S("log.time"), Value: t.Moment(r.ID.Time())}}
	if len(r.Transfers) > 0 {
		facts = append(facts, wording.Fact{Name: t.S("fact.server"), Value: wording.Plain(r.Transfers[0].Server)})
	}
	for _, g := range t.ReceiptGroups(r) {
		facts = append(facts, wording.Fact{Name: g.Title, Value: noted(t, g)})
	}
	save := widgets.NewButtonWithIcon(t.S("button.save_as"), theme.DocumentSaveIcon(), nil)
	save.OnTapped = func() { view.ShowMenuBelow(receiptMenu(host, r), host.Win.Canvas(), save) }
	view.ShowFacts(host, t.ReceiptTitle(r), facts, save)
}

// noted names the files of a group, one in each line, the first ones only.
func noted(t *wording.Text, g wording.ReceiptGroup) string {
	words := ""
	for i, l := range g.Lines {
		if i == mostNoted {
			return words + "\n" + t.N("drop.more", len(g.Lines)-mostNoted)
		}
		if i > 0 {
			words += "\n"
		}
		words += l.Name
		if l.Note != "" {
			words += " · " + l.Note
		}
	}
	return words
}

func receiptMenu(host *view.Host, r core.DropReport) *fyne.Menu {
	menu := fyne.NewMenu("")
	for _, form := range receiptForms {
		menu.Items = append(menu.Items, fyne.NewMenuItem(host.Text.S(form.key), func() {
			view.SaveFile(host, form.file, []string{filepath.Ext(form.file)}, func(ctx context.Context, path string) error {
				return host.Controller.ExportReceipt(ctx, path, form.format, r.ID, host.Text.Lang)
			}, func(path string) {
				if form.format == core.FormatHTML { // to be printed
					view.OpenAddress(host, (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String())
				}
			})
		}))
	}
	return menu
}
