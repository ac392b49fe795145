package viewtest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// Remember changes what History says from now on.
func (f *Fake) Remember(history []core.Transfer, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.StoredFiles, f.historyErr = history, err
}

// History implements view.Controller.
func (f *Fake) History(_ context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	asked := fmt.Sprintf("history %q", q.Text)
	if q.Order != core.HistoryByTime || q.Reverse {
		asked += fmt.Sprintf(" by %q reverse=%t", q.Order, q.Reverse)
	}
	_ = f.ask("%s", asked)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Server == nil { // the tests have searched
		return f.StoredFiles, f.historyErr
	}
	return f.search(q), nil
}

// search is what is stored and has every word of a query.
func (f *Fake) search(q core.HistoryQuery) (found []core.Transfer) {
	for _, t := range f.StoredFiles {
		texts := strings.ToLower(t.Source.Path + " " + t.Source.Name)
		without := func(word string) bool { return !strings.Contains(texts, word) }
		if !slices.ContainsFunc(strings.Fields(strings.ToLower(q.Text)), without) && (q.Limit == 0 || len(found) < q.Limit) {
			found = append(found, t)
		}
	}
	return found
}

// ExportHistory implements view.Controller.
func (f *Fake) ExportHistory(_ context.Context, path string, format core.HistoryFormat, q core.HistoryQuery) error {
	if err := f.ask("export history %s %q %d", format, q.Text, q.Limit); err != nil {
		return err
	}
	if !slices.Contains([]core.HistoryFormat{core.FormatJSON, core.FormatCSV, core.FormatSums}, format) {
		return refusal(core.KindUsage, core.CodeUsage, "export history")
	}
	text := fmt.Sprintf("%s %q\n", format, q.Text)
	if f.Server != nil {
		f.mu.Lock()
		if text = ""; format == core.FormatCSV {
			text = "path,sha256\n"
		}
		for _, t := range f.search(q) {
			if t.Receipt == nil { // taken as arrived
				t.Receipt = &core.Receipt{}
			}
			text += t.Source.Path + "," + string(t.Receipt.SHA256) + "\n"
		}
		f.mu.Unlock()
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return &core.Error{Kind: core.KindFile, Code: core.CodeFileUnwritable, Op: "export history", Err: err}
	}
	return nil
}

// Receipt implements view.Controller.
func (f *Fake) Receipt(_ context.Context, id core.DropID) (core.DropReport, error) {
	if err := f.ask("receipt %s", id); err != nil {
		return core.DropReport{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := core.DropReport{DropRecord: core.DropRecord{Drop: core.Drop{ID: id}}}
	if kept, ok := f.Drops[id]; ok {
		r.DropRecord = kept
	}
	seen := map[core.TransferID]bool{}
	for _, t := range slices.Concat(f.begin().list, f.StoredFiles) {
		if t.Drop != nil && t.Drop.ID == id && !seen[t.ID] {
			seen[t.ID] = true
			r.Name = t.Drop.Name
			r.Transfers = append(r.Transfers, t)
		}
	}
	if len(r.Transfers) == 0 && r.Complete() {
		return r, refusal(core.KindUsage, core.CodeUsage, "read queue")
	}
	return r, nil
}

// ExportReceipt implements view.Controller.
func (f *Fake) ExportReceipt(ctx context.Context, path string, format core.HistoryFormat, id core.DropID, language string) error {
	r, err := f.Receipt(ctx, id)
	if err != nil {
		return err
	}
	if !slices.Contains([]core.HistoryFormat{core.FormatJSON, core.FormatCSV, core.FormatSums, core.FormatHTML}, format) {
		return refusal(core.KindUsage, core.CodeUsage, "export receipt")
	}
	text := fmt.Sprintf("%s %s\n", format, language)
	for _, t := range r.In(core.StateStored) {
		text += string(t.Receipt.SHA256) + "  " + t.Source.Path + "\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return &core.Error{Kind: core.KindFile, Code: core.CodeFileUnwritable, Op: "export receipt", Err: err}
	}
	return nil
}

// Attempts implements view.Controller.
func (f *Fake) Attempts(_ context.Context, id core.TransferID) ([]core.Attempt, error) {
	err := f.ask("attempts %s", id)
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.AttemptsOf[id]), err
}

// Recoveries implements view.Controller.
func (f *Fake) Recoveries(context.Context) ([]core.Recovery, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]core.Recovery(nil), f.Damaged...), nil
}

// Acknowledge implements view.Controller.
func (f *Fake) Acknowledge(_ context.Context, path string) error {
	if err := f.ask("acknowledge %s", path); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.Damaged = slices.DeleteFunc(f.Damaged, func(r core.Recovery) bool { return r.Path == path })
	return nil
}
