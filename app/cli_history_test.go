package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// Damaged entries of the history are counted on standard error, and the exit
// code says that there are some.
func TestDamagedRows(t *testing.T) {
	t.Parallel()
	whole := core.Transfer{State: core.StateStored, Receipt: &core.Receipt{FileID: "id-a", SHA256: core.Checksum(strings.Repeat("0a", 32))}}
	damaged := core.Transfer{State: core.StateStored, Error: &core.Error{Kind: core.KindConfig, Code: core.CodeStoreDamaged}}
	var told bytes.Buffer
	err := damagedRows(streams{err: report.NewOutput(&told)}, []core.Transfer{whole, damaged})
	if !report.IsTold(err) || exitCode(err) != exitIncomplete || !strings.Contains(told.String(), "1 of 2 entries are damaged") {
		t.Errorf("got %v, told %q", err, told.String())
	}
	if err := damagedRows(streams{err: report.NewOutput(&told)}, []core.Transfer{whole}); err != nil {
		t.Error(err)
	}
}
