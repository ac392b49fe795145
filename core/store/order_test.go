package store

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/artstore/ingester/core"
)

// TestHistoryIsSorted: the whole history is sorted, not only the part that a limit takes,
// also where it is searched; what is equal has the newest first.
func TestHistoryIsSorted(t *testing.T) {
	s := openTest(t)
	random := rand.New(rand.NewPCG(1, 2))
	var all []core.Transfer
	for i := range blockRows + 50 { // some of it is in the search index
		x := done(queued(core.TransferID(fmt.Sprint("t", i)), int64(i)))
		x.Source.Name = fmt.Sprintf("%c/%s%d.tif", 'a'+rune(random.IntN(3)), []string{"Scan", "scan", "plate"}[random.IntN(3)], random.IntN(40))
		x.Source.Size, x.Options.Profile, x.Server = int64(random.IntN(9)), []string{"Prod", "archive"}[random.IntN(2)], fmt.Sprint("https://s", random.IntN(3))
		x.Receipt.FileID = fmt.Sprintf("%08x", random.Uint32())
		all = append(all, x)
	}
	commit(t, s, core.Batch{Put: all})
	keys := map[core.HistoryOrder]func(core.Transfer) string{
		core.HistoryByName:    func(x core.Transfer) string { return strings.ToLower(path.Base(x.Source.Name)) },
		core.HistoryByProfile: func(x core.Transfer) string { return strings.ToLower(x.Options.Profile) },
		core.HistoryBySize:    func(x core.Transfer) string { return fmt.Sprintf("%020d", x.Source.Size) },
		core.HistoryByServer:  func(x core.Transfer) string { return x.Server },
		core.HistoryByFileID:  func(x core.Transfer) string { return x.Receipt.FileID },
		core.HistoryBySum:     func(x core.Transfer) string { return string(x.Receipt.SHA256) },
		core.HistoryByTime:    func(core.Transfer) string { return "" },
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := core.HistoryQuery{Limit: rapid.IntRange(0, 30).Draw(rt, "limit"), Text: rapid.SampledFrom([]string{"", "scan", "plate7", "s1"}).Draw(rt, "text"),
			Reverse: rapid.Bool().Draw(rt, "reverse"),
			Order: rapid.SampledFrom([]core.HistoryOrder{core.HistoryByTime, core.HistoryByName, core.HistoryByProfile, core.HistoryBySize,
				core.HistoryByServer, core.HistoryByFileID, core.HistoryBySum}).Draw(rt, "order")}
		var want []core.TransferID
		sorted := slices.Clone(all)
		slices.Reverse(sorted)
		if q.Order == core.HistoryByTime && q.Reverse {
			slices.Reverse(sorted)
		}
		slices.SortStableFunc(sorted, func(a, b core.Transfer) int {
			n := strings.Compare(keys[q.Order](a), keys[q.Order](b))
			if q.Reverse {
				return -n
			}
			return n
		})
		for _, x := range sorted {
			if strings.Contains(strings.ToLower(x.Source.Path+" "+x.Source.Name+" "+x.Server), q.Text) && (q.Limit == 0 || len(want) < q.Limit) {
				want = append(want, x.ID)
			}
		}
		got, err := s.History(t.Context(), q)
		if err != nil {
			rt.Fatal(err)
		}
		if !slices.Equal(ids(got), want) {
			rt.Fatalf("%+v: got %v, want %v", q, ids(got), want)
		}
	})
}
