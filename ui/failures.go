package ui

import (
	"cmp"
	"slices"

	"github.com/artstore/ingester/core"
)

// cause is why some transfers failed.
type cause struct {
	err *core.Error // of one of them
	ids []core.TransferID
}

// causes are the failed transfers by cause, the most frequent first.
func (m *model) causes() []cause {
	type key struct {
		code   core.Code
		status int
	}
	at := map[key]int{}
	var all []cause
	for i := range m.rows {
		r := &m.rows[i]
		if r.state() != core.StateFailed {
			continue
		}
		k := key{}
		if r.err() != nil {
			k = key{r.err().Code, r.err().Status}
		}
		n, known := at[k]
		if !known {
			n = len(all)
			at[k] = n
			all = append(all, cause{err: r.err()})
		}
		all[n].ids = append(all[n].ids, r.id)
	}
	slices.SortStableFunc(all, func(a, b cause) int { return cmp.Compare(len(b.ids), len(a.ids)) })
	return all
}
