package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

// ReceiptRow is what became of one file of a drop.
type ReceiptRow struct {
	Drop       string        `json:"drop"`
	Outcome    string        `json:"outcome"` // a state, "unfinished", "skipped", or "before" for what an earlier drop had
	Name       string        `json:"name,omitempty"`
	Path       string        `json:"path"`
	PathBytes  []byte        `json:"path_bytes,omitempty"` // where Path is not UTF-8
	Size       int64         `json:"size,omitempty"`
	SHA256     core.Checksum `json:"sha256,omitempty"`
	FileID     string        `json:"file_id,omitempty"`
	UploadedAt time.Time     `json:"uploaded_at,omitzero"`
	ExpiresAt  time.Time     `json:"expires_at,omitzero"`
	Profile    string        `json:"profile,omitempty"`
	Server     string        `json:"server,omitempty"`
	State      core.State    `json:"state,omitempty"`  // of what is unfinished, or was there before
	Reason     string        `json:"reason,omitempty"` // an error's code, or why it was skipped
	Message    string        `json:"message,omitempty"`
}

// Receipt writes what became of a drop: as JSON lines, as CSV with a header, or as lines for
// sha256sum -c with the files that the drop stored.
func Receipt(w io.Writer, f core.HistoryFormat, r core.DropReport) error {
	switch f {
	case core.FormatJSON:
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		for _, row := range receiptRows(r) {
			if err := out.Encode(row); err != nil {
				return fmt.Errorf("write receipt: %w", err)
			}
		}
		return nil
	case core.FormatCSV:
		return receiptCSV(w, receiptRows(r))
	case core.FormatSums:
		return exportSums(w, r.In(core.StateStored))
	}
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Message: fmt.Sprintf("unknown receipt format %q", f)}
}

func receiptRows(r core.DropReport) []ReceiptRow {
	var rows []ReceiptRow
	for _, t := range r.Transfers {
		row := receiptRow(t)
		row.Outcome, row.Drop = string(t.State), r.ID.String()
		if !t.State.Done() {
			row.Outcome, row.State = "unfinished", t.State
		}
		rows = append(rows, row)
	}
	for _, t := range r.Before() {
		row := receiptRow(t)
		row.Outcome, row.State, row.Drop = "before", t.State, r.ID.String()
		rows = append(rows, row)
	}
	for _, s := range r.Skipped {
		row := ReceiptRow{Drop: r.ID.String(), Outcome: "skipped", Path: s.Path, PathBytes: RawPath(s.Path), Reason: string(s.Reason)}
		if s.Err != nil {
			row.Message = s.Err.Error()
		}
		rows = append(rows, row)
	}
	return rows
}

func receiptRow(t core.Transfer) ReceiptRow {
	h := newHistoryRow(t)
	row := ReceiptRow{Name: h.Name, Path: h.Path, PathBytes: h.PathBytes, Size: h.Size, SHA256: h.SHA256, FileID: h.FileID, ExpiresAt: h.ExpiresAt,
		Profile: h.Profile, Server: h.Server}
	if t.State == core.StateStored {
		row.UploadedAt = h.UploadedAt
	}
	if e := t.Error; e != nil {
		row.Reason, row.Message = string(e.Code), e.Message
	}
	return row
}

func receiptCSV(w io.Writer, rows []ReceiptRow) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"drop", "outcome", "name", "path", "size", "sha256", "file_id", "uploaded_at", "expires_at", "profile", "server", "state", "reason", "message"}) // Error returns a failure
	for _, r := range rows {
		size := ""
		if r.Outcome != "skipped" {
			size = strconv.FormatInt(r.Size, 10)
		}
		fields := []string{r.Drop, r.Outcome, r.Name, r.Path, size, string(r.SHA256), r.FileID, moment(r.UploadedAt), moment(r.ExpiresAt), r.Profile, r.Server,
			string(r.State), r.Reason, r.Message}
		for i := range fields {
			fields[i] = noFormula(fields[i])
		}
		_ = out.Write(fields)
	}
	out.Flush()
	return out.Error()
}
