package wording

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/artstore/ingester/core"
)

//go:embed receipt.html
var receiptPage string

// ReceiptGroup are the files of a drop that ended alike.
type ReceiptGroup struct {
	Title string
	Bad   bool // the user has to do something
	Sums  bool // the files have checksums and IDs
	Lines []ReceiptLine
}

// ReceiptLine is one file of a receipt.
type ReceiptLine struct {
	Name, Size, Sum, ID, Time string
	Note                      string // why, or how it is kept otherwise
}

// ReceiptGroups says what became of a drop, group by group; groups without files are left
// out.
func (t *Text) ReceiptGroups(r core.DropReport) []ReceiptGroup {
	var groups []ReceiptGroup
	add := func(key string, bad, sums bool, lines []ReceiptLine) {
		if len(lines) > 0 {
			groups = append(groups, ReceiptGroup{Title: t.N(key, len(lines)), Bad: bad, Sums: sums, Lines: lines})
		}
	}
	add("receipt.stored", false, true, t.receiptLines(r.In(core.StateStored), func(x core.Transfer) string { return t.Differs(x.Receipt) }))
	why := func(x core.Transfer) string {
		if x.Error == nil {
			return ""
		}
		return t.Explained(x.Error)
	}
	add("receipt.failed", true, false, t.receiptLines(r.In(core.StateFailed), why))
	add("receipt.unknown", true, false, t.receiptLines(r.In(core.StateUnknown), why))
	add("receipt.unfinished", true, false, t.receiptLines(r.Unfinished(), why))
	add("receipt.taken", false, false, t.receiptLines(r.In(core.StateTaken), func(core.Transfer) string { return "" }))
	add("receipt.cancelled", false, false, t.receiptLines(r.In(core.StateCancelled), func(core.Transfer) string { return "" }))
	var stored, others []core.Transfer
	for _, x := range r.Before() {
		if x.State == core.StateStored {
			stored = append(stored, x)
		} else {
			others = append(others, x)
		}
	}
	add("receipt.before", false, true, t.receiptLines(stored, func(core.Transfer) string { return "" }))
	add("receipt.already", false, false, t.receiptLines(others, func(core.Transfer) string { return "" }))
	add("receipt.skipped", true, false, t.skippedLines(r))
	return groups
}

func (t *Text) receiptLines(files []core.Transfer, note func(core.Transfer) string) []ReceiptLine {
	lines := make([]ReceiptLine, 0, len(files))
	for _, x := range files {
		l := ReceiptLine{Name: Plain(x.Source.Name), Size: t.Size(x.Source.Size), Note: note(x)}
		if x.State == core.StateStored && x.Receipt != nil {
			l.Sum, l.ID = string(x.Receipt.SHA256), Plain(x.Receipt.FileID)
			at := x.Receipt.UploadedAt
			if at.IsZero() {
				at = x.FinishedAt
			}
			l.Time = t.Moment(at)
		}
		lines = append(lines, l)
	}
	return lines
}

func (t *Text) skippedLines(r core.DropReport) []ReceiptLine {
	lines := make([]ReceiptLine, 0, len(r.Skipped))
	for _, s := range r.Skipped {
		lines = append(lines, ReceiptLine{Name: Plain(s.Path), Note: t.S("skip." + string(s.Reason))})
	}
	return lines
}

// ReceiptPage writes what became of a drop as a page to print.
func (t *Text) ReceiptPage(w io.Writer, r core.DropReport) error {
	page, err := template.New("receipt").Parse(receiptPage)
	if err != nil {
		return fmt.Errorf("reading the receipt's page: %w", err)
	}
	profile, server := "", ""
	var bytes int64
	for _, x := range r.In(core.StateStored) {
		bytes += x.Source.Size
	}
	if len(r.Transfers) > 0 {
		profile, server = r.Transfers[0].Options.Profile, r.Transfers[0].Server
	}
	more := ""
	if r.More > 0 {
		more = t.N("drop.more", r.More)
	}
	return page.Execute(w, map[string]any{
		"Lang": t.Lang, "Title": t.ReceiptTitle(r), "When": t.S("receipt.when", Args{"Time": t.Moment(r.ID.Time())}), "Profile": Plain(profile), "Server": Plain(server),
		"Total":  t.S("receipt.total", Args{"Done": t.Number(int64(len(r.In(core.StateStored)))), "All": t.N("count.files_of", len(r.Transfers)), "Size": t.Size(bytes)}),
		"Groups": t.ReceiptGroups(r), "More": more, "Note": t.S("receipt.note"),
		"Name": t.S("column.name"), "Size": t.S("column.size"), "Time": t.S("column.stored"), "ID": t.S("fact.file_id"),
	})
}

// ReceiptTitle names the receipt of a drop.
func (t *Text) ReceiptTitle(r core.DropReport) string {
	if r.Name == "" {
		return t.S("receipt.title")
	}
	return t.S("receipt.title.of", Args{"Name": Plain(r.Name)})
}
