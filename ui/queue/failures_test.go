package queue

import (
	"fmt"
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view/viewtest"
)

func TestCausesAreCounted(t *testing.T) {
	m := NewModel()
	m.Reset(viewtest.Failing().Snapshot, viewtest.Start())
	var got []string
	for _, c := range m.Causes() {
		code, status := core.Code(""), 0
		if c.Err != nil {
			code, status = c.Err.Code, c.Err.Status
		}
		got = append(got, fmt.Sprintf("%s %d %v", code, status, c.IDs))
	}
	want := []string{"server_busy 503 [t1 t3 t4]", "too_large 413 [t2 t6]", "server_busy 429 [t5]", " 0 [t7]"}
	if !slices.Equal(got, want) {
		t.Errorf("causes %q, want %q", got, want)
	}
}
