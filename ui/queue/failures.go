package queue

import (
	"cmp"
	"slices"

	"github.com/artstore/ingester/core"
)

// Cause is a reason for which transfers failed, and which ones.
type Cause struct {
	Err *core.Error // of one of them
	IDs []core.TransferID
}

// Causes are the failed transfers by cause, the most frequent first.
func (m *Model) Causes() []Cause {
	type key struct {
		code   core.Code
		status int
	}
	at := map[key]int{}
	var all []Cause
	for i := range m.Rows {
		r := &m.Rows[i]
		if r.State() != core.StateFailed {
			continue
		}
		k := key{}
		if r.Err() != nil {
			k = key{r.Err().Code, r.Err().Status}
		}
		n, known := at[k]
		if !known {
			n = len(all)
			at[k] = n
			all = append(all, Cause{Err: r.Err()})
		}
		all[n].IDs = append(all[n].IDs, r.ID)
	}
	slices.SortStableFunc(all, func(a, b Cause) int { return cmp.Compare(len(b.IDs), len(a.IDs)) })
	return all
}
