package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestReceipt: the receipt's forms have each file of a drop with what became of it;
// sha256sum takes those that were stored.
func TestReceipt(t *testing.T) {
	dir := t.TempDir()
	drop := &core.Drop{ID: 36, Name: "box"}
	file := func(name string, s core.State) core.Transfer {
		path := filepath.Join(dir, name)
		return core.Transfer{ID: core.TransferID(name), Drop: drop, State: s, Source: core.Source{Name: name, Path: path, Size: int64(len(name))}}
	}
	store := func(t *core.Transfer) {
		sum := sha256.Sum256([]byte(t.Source.Name))
		t.Receipt = &core.Receipt{FileID: "id " + t.Source.Name, SHA256: core.NewChecksum(sum[:])}
	}
	r := core.DropReport{DropRecord: core.DropRecord{Drop: *drop, Skipped: []core.Skipped{{Path: "/pipe", Reason: core.SkipSpecial}, {Path: "/x", Reason: core.SkipUnreadable, Err: errors.New("denied")}}}}
	for _, name := range []string{"a.pdf", `back\slash`, "=1+1"} {
		x := file(name, core.StateStored)
		store(&x)
		r.Transfers = append(r.Transfers, x)
		if err := os.WriteFile(x.Source.Path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	failed := file("failed.pdf", core.StateFailed)
	failed.Error = &core.Error{Code: core.CodeTooLarge, Message: "Too large."}
	before := file("before.pdf", core.StateStored)
	store(&before)
	r.Transfers = append(r.Transfers, failed, file("taken.pdf", core.StateTaken), file("waits.pdf", core.StateWaiting))
	r.Earlier = []core.Transfer{before}

	var sums, list, lines bytes.Buffer
	for f, w := range map[core.HistoryFormat]*bytes.Buffer{core.FormatSums: &sums, core.FormatCSV: &list, core.FormatJSON: &lines} {
		if err := Receipt(w, f, r); err != nil {
			t.Fatal(err)
		}
	}
	check := exec.CommandContext(t.Context(), "sha256sum", "--strict", "-c")
	check.Stdin = bytes.NewReader(sums.Bytes())
	if out, err := check.CombinedOutput(); err != nil || strings.Count(string(out), ": OK") != 3 {
		t.Errorf("sha256sum: %v\n%s\nof\n%s", err, out, sums.String())
	}
	rows, err := csv.NewReader(&list).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows[1:] {
		got = append(got, row[1]+" "+filepath.Base(row[3])+" "+row[12])
	}
	want := []string{"stored a.pdf ", `stored back\slash `, "stored =1+1 ", "failed failed.pdf too_large", "taken taken.pdf ", "unfinished waits.pdf ", "before before.pdf ", "skipped pipe special", "skipped x unreadable"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the CSV has\n%s", strings.Join(got, "\n"))
	}
	if rows[3][2] != "'=1+1" {
		t.Errorf("a spreadsheet would run %q", rows[3][2])
	}
	dec, n := json.NewDecoder(&lines), 0
	for ; dec.More(); n++ {
		var row ReceiptRow
		if err := dec.Decode(&row); err != nil || row.Drop != "10" || row.Outcome == "" {
			t.Errorf("%+v, %v", row, err)
		}
	}
	if n != len(want) {
		t.Errorf("%d JSON lines", n)
	}
	if err := Receipt(&lines, "xml", r); core.CodeOf(err) != core.CodeUsage {
		t.Errorf("an unknown form: %v", err)
	}
}
