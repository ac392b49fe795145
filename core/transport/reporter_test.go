package transport

import (
	"context"
	"slices"
	"testing"
	"time"
)

// told is a core.Progress that records the reports.
type told struct{ sent []int64 }

func (p *told) Sent(n int64)                            { p.sent = append(p.sent, n) }
func (p *told) Finishing(context.Context) error         { return nil }
func (p *told) Resumable(context.Context, string) error { return nil }
func (p *told) Resumed(int64)                           {}

// Progress is reported at the start, now and then, and at the end.
func TestReporter(t *testing.T) {
	now := time.Unix(0, 0)
	p := &told{}
	r := NewReporter(p, func() time.Time { return now }, 10<<20, 5)
	r.Add(0)
	r.Add(100)                     // too little, too soon
	r.Add(ReportBytes)             // enough
	now = now.Add(reportEvery / 2) // too soon
	r.Add(1)                       //
	now = now.Add(reportEvery)     // long enough
	r.Add(1)                       //
	now = now.Add(reportEvery)     //
	r.Back(50)                     // that will be sent again
	r.Add(50)                      // and is no news
	r.Add(10<<20 - r.sent)         // the end
	if want := []int64{5, 105 + ReportBytes, 107 + ReportBytes, 10 << 20}; !slices.Equal(p.sent, want) {
		t.Errorf("reports %v, want %v", p.sent, want)
	}
}
