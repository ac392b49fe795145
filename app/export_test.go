package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// A damaged entry of the history is exported as one, in every form, and
// nothing that it says of a checksum is believed.
func TestExportDamaged(t *testing.T) {
	whole := core.Transfer{Source: core.Source{Path: "/a", Name: "a"}, State: core.StateStored,
		Receipt: &core.Receipt{FileID: "id-a", SHA256: core.Checksum(strings.Repeat("0a", 32))}}
	damaged := core.Transfer{Source: core.Source{Path: "/b\nc", Name: "b"}, State: core.StateStored,
		Error: &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}}
	for format, want := range map[core.HistoryFormat][]string{
		core.FormatSums: {strings.Repeat("0a", 32) + "  /a", "# damaged entry, no checksum: /b\uFFFDc"},
		core.FormatJSON: {`"sha256":"0a0a`, `"damaged":true}`},
		core.FormatCSV:  {`,`, `,damaged,`}, // differs is the last
	} {
		var out bytes.Buffer
		if err := exportHistory(&out, format, []core.Transfer{whole, damaged}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		last, before := lines[len(lines)-1], lines[len(lines)-2]
		if !strings.HasSuffix(last, want[1]) || !strings.Contains(out.String(), want[0]) || format != core.FormatCSV && strings.Contains(before, "damaged") {
			t.Errorf("%v: got %q", format, lines)
		}
	}
	var told bytes.Buffer
	err := damagedRows(streams{err: newOutput(&told)}, []core.Transfer{whole, damaged})
	var r *reported
	if !errors.As(err, &r) || r.code != exitIncomplete || !strings.Contains(told.String(), "1 of 2 entries are damaged") {
		t.Errorf("got %v, told %q", err, told.String())
	}
	if err := damagedRows(streams{err: newOutput(&told)}, []core.Transfer{whole}); err != nil {
		t.Error(err)
	}
}
