package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"

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
		core.FormatCSV:  {`,`, `,damaged,,`}, // before differs and metadata
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
		if err != nil || len(cells) != 2 || cells[0][len(cells[0])-1] != "metadata" || cells[1][len(cells[1])-1] != want {
			t.Errorf("CSV: got %q, %v; want %s", cells, err, want)
		}
	}
}
