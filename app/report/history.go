package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// HistoryRow is a file of the history in an export: as the server keeps it, not as it
// was asked. Of one that was taken as arrived nothing is known of that. Its fields are the columns of the CSV as well.
type HistoryRow struct {
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	PathBytes   []byte            `json:"path_bytes,omitempty"` // where Path is not UTF-8
	Size        int64             `json:"size"`
	SHA256      core.Checksum     `json:"sha256"`
	FileID      string            `json:"file_id"`
	UploadedAt  time.Time         `json:"uploaded_at,omitzero"`
	ExpiresAt   time.Time         `json:"expires_at,omitzero"`
	Retention   core.Retention    `json:"retention_policy"`
	TTLDays     int               `json:"ttl_days,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    json.RawMessage   `json:"metadata,omitempty"` // a JSON object
	Profile     string            `json:"profile"`
	Server      string            `json:"server"`
	State       core.State        `json:"state"`             // stored, or taken as arrived by the user
	TakenAt     time.Time         `json:"taken_at,omitzero"` // when that was
	Damaged     bool              `json:"damaged,omitempty"` // the entry is damaged: nothing of it can be trusted
	Differs     []core.Difference `json:"differs,omitempty"` // what the server keeps otherwise than asked
}

func newHistoryRow(t core.Transfer) HistoryRow {
	kept := t.Kept()
	row := HistoryRow{Name: t.Source.Name, Path: t.Source.Path, PathBytes: RawPath(t.Source.Path), Size: t.Source.Size, UploadedAt: t.FinishedAt.UTC(),
		Retention: kept.Retention, TTLDays: kept.TTLDays, Tags: kept.Tags, Description: kept.Description, Differs: t.DiffersFrom(t.Options),
		Profile: t.Options.Profile, Server: t.Server, Damaged: t.Damaged(), State: t.State}
	if json.Valid(kept.Metadata) { // it may be missing, or be no JSON as the server keeps it
		row.Metadata = kept.Metadata
	}
	if t.State == core.StateTaken {
		row.UploadedAt, row.TakenAt, row.Retention, row.TTLDays = time.Time{}, row.UploadedAt, "", 0
	}
	if r := t.Receipt; r != nil {
		row.SHA256, row.FileID, row.ExpiresAt = r.SHA256, r.FileID, r.ExpiresAt
		if !r.UploadedAt.IsZero() {
			row.UploadedAt = r.UploadedAt
		}
	}
	return row
}

// History writes transfers of the history as JSON lines, as CSV with a header, or as lines for
// sha256sum -c.
func History(w io.Writer, f core.HistoryFormat, rows []core.Transfer) error {
	switch f {
	case core.FormatJSON:
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		for _, t := range rows {
			if err := out.Encode(newHistoryRow(t)); err != nil {
				return fmt.Errorf("write history: %w", err)
			}
		}
		return nil
	case core.FormatCSV:
		return exportCSV(w, rows)
	case core.FormatSums:
		return exportSums(w, rows)
	}
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Message: fmt.Sprintf("unknown history format %q", f)}
}

func exportCSV(w io.Writer, rows []core.Transfer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"name", "path", "size", "sha256", "file_id", "uploaded_at", "expires_at", "retention_policy",
		"tags", "description", "profile", "server", "damaged", "differs", "metadata", "state", "taken_at"}) // Error returns a failure
	for _, t := range rows {
		r := newHistoryRow(t)
		damaged := ""
		if r.Damaged {
			damaged = "damaged"
		}
		fields := []string{r.Name, r.Path, strconv.FormatInt(r.Size, 10), string(r.SHA256), r.FileID,
			moment(r.UploadedAt), moment(r.ExpiresAt), string(r.Retention), strings.Join(r.Tags, "; "), r.Description, r.Profile, r.Server,
			damaged, Differences(r.Differs, t.Kept()), string(r.Metadata), string(r.State), moment(r.TakenAt)}
		for i := range fields {
			fields[i] = noFormula(fields[i])
		}
		_ = out.Write(fields)
	}
	out.Flush()
	return out.Error()
}

// moment is a time in CSV, empty for none.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

// noFormula keeps a spreadsheet from running a file's name as a formula: it puts an
// apostrophe before text that begins like one, as spreadsheets do.
func noFormula(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r", rune(field[0])) {
		return "'" + field
	}
	return field
}

// exportSums writes the format of GNU sha256sum. A name with a backslash or a line end
// is escaped, and its line begins with a backslash.
func exportSums(w io.Writer, rows []core.Transfer) error {
	out := bufio.NewWriter(w)
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`)
	for _, t := range rows {
		if t.Damaged() {
			_, _ = fmt.Fprintf(out, "# damaged entry, no checksum: %s\n", Printable(t.Source.Path)) // Flush returns a failure
		}
		if t.Receipt == nil || t.Receipt.SHA256 == "" {
			continue
		}
		path, mark := escape.Replace(t.Source.Path), ""
		if path != t.Source.Path {
			mark = `\`
		}
		_, _ = fmt.Fprintf(out, "%s%s  %s\n", mark, t.Receipt.SHA256, path) // Flush returns a failure
	}
	return out.Flush()
}
