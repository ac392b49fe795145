package connect

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A limit holds by the timetable. A change of it applies to uploads that wait.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// synctest begins at midnight UTC on a Saturday, 2000-01-01.
		l := newLimit(func() time.Time { return time.Now().UTC() })
		send := func(n int) time.Duration {
			t.Helper()
			begun := time.Now()
			for n > 0 {
				part := min(n, l.Burst())
				if err := l.WaitN(t.Context(), part); err != nil {
					t.Fatal(err)
				}
				n -= part
			}
			return time.Since(begun)
		}
		if took := send(1 << 30); took != 0 {
			t.Errorf("without a limit it took %v", took)
		}
		l.set("1MiB")
		send(1 << 20) // the burst is used up
		if took := send(10 << 20); took < 9*time.Second || took > 11*time.Second {
			t.Errorf("10 MiB at 1 MiB a second took %v", took)
		}
		l.set("nonsense") // can't be saved; the old one stays
		if took := send(2 << 20); took < time.Second {
			t.Errorf("2 MiB took %v", took)
		}
		slow := make(chan time.Duration)
		l.set("1KiB")
		go func() { slow <- send(64 << 10) }()
		time.Sleep(5 * time.Second) //nolint:forbidigo // virtual time
		l.set("1GiB")
		if took := <-slow; took > 7*time.Second {
			t.Errorf("what waited did not follow: %v", took)
		}
	})
}

func TestLimitTimetable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zone := time.Local
		l := newLimit(time.Now)
		now := time.Now().In(zone)
		l.set(now.Add(time.Minute).Format("15:04") + ",1KiB " + now.Add(3*time.Minute).Format("15:04") + ",off")
		if err := l.WaitN(t.Context(), 1<<20); err != nil || l.Burst() != freeBurst {
			t.Fatal("limited before its time", err)
		}
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		begun := time.Now()
		if err := l.WaitN(t.Context(), 60<<10); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took < 55*time.Second {
			t.Errorf("60 KiB at 1 KiB a second took %v", took)
		}
		begun = time.Now()
		if err := l.WaitN(t.Context(), 1<<20); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("free again only after %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if l.WaitN(ctx, 1) == nil {
			t.Error("an upload that was stopped goes on")
		}
	})
}
