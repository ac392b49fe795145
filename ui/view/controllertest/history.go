package controllertest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
)

func historyChecks() []check {
	return []check{
		{name: "newest first", test: func(t *trial) {
			if kept, err := t.History(t.Context(), core.HistoryQuery{}); err != nil || len(kept) != 0 {
				t.Errorf("before the first: %v, %v", kept, err)
			}
			profile := t.online()
			for _, name := range []string{"apple", "birch", "cedar"} {
				t.stored(profile, name)
			}
			failed := t.queue(profile, "large", Oversize)
			t.await(failed, core.StateFailed)
			for _, q := range []struct {
				query core.HistoryQuery
				want  string
			}{
				{core.HistoryQuery{}, "cedar birch apple"}, {core.HistoryQuery{Limit: 2}, "cedar birch"},
				{core.HistoryQuery{Text: "birch"}, "birch"}, {core.HistoryQuery{Text: "eda", Limit: 1}, "cedar"}, {core.HistoryQuery{Text: "APPLE pp"}, "apple"},
				{core.HistoryQuery{Text: "apple birch"}, ""}, {core.HistoryQuery{Text: "large"}, ""},
			} {
				kept, err := t.History(t.Context(), q.query)
				t.must(err)
				var names []string
				for _, x := range kept {
					names = append(names, x.Source.Name)
					if x.Receipt == nil || x.Receipt.FileID == "" || x.FinishedAt.IsZero() || x.Options.Profile != profile {
						t.Errorf("kept is %+v", x)
					}
				}
				if got := strings.Join(names, " "); got != q.want {
					t.Errorf("%+v: got %q, want %q", q.query, got, q.want)
				}
			}
		}},
		{name: "exported", test: func(t *trial) {
			profile := t.online()
			first := t.stored(profile, "first")
			t.stored(profile, "second")
			for format, head := range map[core.HistoryFormat]int{core.FormatJSON: 0, core.FormatCSV: 1, core.FormatSums: 0} {
				exported := func(q core.HistoryQuery) string {
					path := filepath.Join(t.TempDir(), "history")
					t.must(t.ExportHistory(t.Context(), path, format, q))
					text, err := os.ReadFile(path)
					t.must(err)
					return string(text)
				}
				if all := exported(core.HistoryQuery{}); strings.Count(all, "\n") != 2+head {
					t.Errorf("%s: %s", format, all)
				}
				if got := exported(core.HistoryQuery{Text: "first"}); strings.Count(got, "\n") != 1+head || !strings.Contains(got, first.Source.Path) || !strings.Contains(got, string(first.Receipt.SHA256)) {
					t.Errorf("%s: of one: %s", format, got)
				}
			}
		}},
		{name: "receipt", test: func(t *trial) {
			first := t.stored(t.online(), "first")
			r, err := t.Receipt(t.Context(), first.Drop.ID)
			t.must(err)
			if len(r.Transfers) != 1 || r.Transfers[0].ID != first.ID || r.ID != first.Drop.ID {
				t.Errorf("the receipt is %+v", r)
			}
			path := filepath.Join(t.TempDir(), "receipt")
			for _, format := range []core.HistoryFormat{core.FormatJSON, core.FormatCSV, core.FormatSums, core.FormatHTML} {
				t.must(t.ExportReceipt(t.Context(), path, format, r.ID, "en"))
				if text, err := os.ReadFile(path); err != nil || !strings.Contains(string(text), string(first.Receipt.SHA256)) {
					t.Errorf("%s: %q, %v", format, text, err)
				}
			}
			_, err = t.Receipt(t.Context(), r.ID+1)
			t.refused(err, core.KindUsage, core.CodeUsage)
			t.refused(t.ExportReceipt(t.Context(), path, "xml", r.ID, "en"), core.KindUsage, core.CodeUsage)
			t.refused(t.ExportReceipt(t.Context(), filepath.Join(path, "below"), core.FormatCSV, r.ID, "en"), core.KindFile, core.CodeFileUnwritable)
		}},
		{name: "not exported", test: func(t *trial) {
			t.stored(t.online(), "first")
			path := filepath.Join(t.TempDir(), "history")
			t.must(os.WriteFile(path, []byte("before"), 0o600))
			t.refused(t.ExportHistory(t.Context(), path, "xml", core.HistoryQuery{}), core.KindUsage, core.CodeUsage)
			if text, err := os.ReadFile(path); err != nil || string(text) != "before" {
				t.Errorf("written all the same: %q, %v", text, err)
			}
			for _, format := range []core.HistoryFormat{core.FormatJSON, core.FormatCSV, core.FormatSums} {
				err := t.ExportHistory(t.Context(), filepath.Join(t.TempDir(), "none", "history"), format, core.HistoryQuery{})
				t.refused(err, core.KindFile, core.CodeFileUnwritable)
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: the cause is lost: %v", format, err)
				}
			}
		}},
		{name: "attempts", test: func(t *trial) {
			profile := t.online()
			done := t.stored(profile, "first")
			failed := t.await(t.queue(profile, "large", Oversize), core.StateFailed)
			for _, tt := range []struct {
				of   core.TransferID
				want []core.Attempt
			}{
				{done.ID, []core.Attempt{{Number: 1, Sent: 10, Status: 201}}},
				{failed.ID, []core.Attempt{{Number: 1, Status: 413, Code: core.CodeTooLarge, Outcome: core.OutcomeAnswered}}},
				{"gone", nil},
			} {
				got, err := t.Attempts(t.Context(), tt.of)
				t.must(err)
				if len(got) != len(tt.want) {
					t.Errorf("%s: got %+v, want %+v", tt.of, got, tt.want)
					continue
				}
				for i, want := range tt.want {
					a := got[i]
					if a.Transfer != tt.of || a.Number != want.Number || a.Status != want.Status || a.Code != want.Code || a.Outcome != want.Outcome ||
						a.End.Before(a.Start) || a.Start.IsZero() || want.Code == "" && a.Sent != want.Sent || (a.Detail == "") != (want.Code == "") {
						t.Errorf("%s: got %+v, want %+v", tt.of, a, want)
					}
				}
			}
		}},
		{name: "no recovery", test: func(t *trial) {
			if found, err := t.Recoveries(t.Context()); err != nil || len(found) != 0 {
				t.Errorf("got %v, %v", found, err)
			}
			t.must(t.Acknowledge(t.Context(), "/nothing"))
		}},
		{name: "a recovery", with: DamagedQueue, test: func(t *trial) {
			found, err := t.Recoveries(t.Context())
			t.must(err)
			if len(found) != 1 || found[0].Path == "" || found[0].At.IsZero() || found[0].Complete() {
				t.Fatalf("got %+v", found)
			}
			t.must(t.Acknowledge(t.Context(), found[0].Path+".not"))
			if left, err := t.Recoveries(t.Context()); err != nil || len(left) != 1 {
				t.Errorf("after another was acknowledged: %v, %v", left, err)
			}
			t.must(t.Acknowledge(t.Context(), found[0].Path))
			if left, err := t.Recoveries(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("after it was acknowledged: %v, %v", left, err)
			}
		}},
	}
}
