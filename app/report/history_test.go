package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// A damaged entry of the history is marked in every format, and its checksum is not
// exported.
func TestExportDamaged(t *testing.T) {
	whole := core.Transfer{Source: core.Source{Path: "/a", Name: "a"}, State: core.StateStored,
		Receipt: &core.Receipt{FileID: "id-a", SHA256: core.Checksum(strings.Repeat("0a", 32))}}
	damaged := core.Transfer{Source: core.Source{Path: "/b\nc", Name: "b"}, State: core.StateStored,
		Error: &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}}
	for format, want := range map[core.HistoryFormat][]string{
		core.FormatSums: {strings.Repeat("0a", 32) + "  /a", "# damaged entry, no checksum: /b\uFFFDc"},
		core.FormatJSON: {`"sha256":"0a0a`, `"damaged":true}`},
		core.FormatCSV:  {`,`, `,damaged,,,stored,`}, // before differs, metadata, state and when it was taken as arrived
	} {
		var out bytes.Buffer
		if err := History(&out, format, []core.Transfer{whole, damaged}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		last, before := lines[len(lines)-1], lines[len(lines)-2]
		if !strings.HasSuffix(last, want[1]) || !strings.Contains(out.String(), want[0]) || format != core.FormatCSV && strings.Contains(before, "damaged") {
			t.Errorf("%v: got %q", format, lines)
		}
	}
}

// What a user took as arrived says so, with the time, and nothing of what nobody
// knows; it is no line for sha256sum.
func TestExportTaken(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	taken := []core.Transfer{{Source: core.Source{Path: "/a", Name: "a"}, State: core.StateTaken, FinishedAt: at,
		Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 30}, Error: &core.Error{Outcome: core.OutcomeUnknown}}}
	var lines, table, sums bytes.Buffer
	for w, f := range map[*bytes.Buffer]core.HistoryFormat{&lines: core.FormatJSON, &table: core.FormatCSV, &sums: core.FormatSums} {
		if err := History(w, f, taken); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"name":"a","path":"/a","size":0,"sha256":"","file_id":"","retention_policy":"","profile":"","server":"","state":"taken","taken_at":"2026-11-30T12:00:00Z"}` + "\n"
	if lines.String() != want || sums.Len() > 0 {
		t.Errorf("JSON: %s\nsums: %s", lines.String(), sums.String())
	}
	cells, err := csv.NewReader(&table).ReadAll()
	if err != nil || len(cells) != 2 {
		t.Fatal(cells, err)
	}
	for column, want := range map[string]string{"uploaded_at": "", "retention_policy": "", "state": "taken", "taken_at": "2026-11-30T12:00:00Z", "sha256": ""} {
		if got := cells[1][slices.Index(cells[0], column)]; got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
}

// The history has the metadata that the server keeps, as JSON, in every format that can
// hold it.
func TestExportMetadata(t *testing.T) {
	asked := core.Options{Metadata: []byte(`{"box":7}`)}
	rows := map[string]core.Transfer{
		`{"box":7}`: {Options: asked, Receipt: &core.Receipt{}},
		`{"box":8}`: {Options: asked, Receipt: &core.Receipt{Differs: []core.Difference{{Field: core.FieldMetadata, Asked: `{"box":7}`, Got: `{"box":8}`}}}},
		"":          {Options: asked, Receipt: &core.Receipt{Differs: []core.Difference{{Field: core.FieldMetadata, Asked: `{"box":7}`, Got: ""}}}},
	}
	for want, row := range rows {
		var lines, table bytes.Buffer
		if err := errors.Join(History(&lines, core.FormatJSON, []core.Transfer{row}), History(&table, core.FormatCSV, []core.Transfer{row})); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Metadata json.RawMessage `json:"metadata"`
		}
		if err := json.Unmarshal(lines.Bytes(), &got); err != nil || string(got.Metadata) != want {
			t.Errorf("JSON: got %s, %v; want %s", got.Metadata, err, want)
		}
		cells, err := csv.NewReader(&table).ReadAll()
		if err != nil || len(cells) != 2 || cells[1][slices.Index(cells[0], "metadata")] != want {
			t.Errorf("CSV: got %q, %v; want %s", cells, err, want)
		}
	}
}
