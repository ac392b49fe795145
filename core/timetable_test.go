package core

import (
	"strings"
	"testing"
	"time"
)

func TestTimetable(t *testing.T) {
	// 2026-11-22 was a Sunday.
	at := func(day int, clock string) time.Time {
		when, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-22 "+clock, time.FixedZone("", 3600))
		if err != nil {
			t.Fatal(err)
		}
		return when.AddDate(0, 0, day)
	}
	const daily, weekly = "08:00,512KiB 18:00,off", "mon-08:00,1MiB Friday-18:00,off Sat-10:00,2MB"
	for _, tt := range []struct {
		text  string
		now   time.Time
		rate  int64
		holds time.Duration
	}{
		{"", at(0, "00:00:00"), 0, week},
		{"0", at(0, "00:00:00"), 0, week},
		{"10MiB", at(3, "12:00:00"), 10 << 20, 4*24*time.Hour - 12*time.Hour},
		{daily, at(0, "07:59:59"), 0, time.Second},
		{daily, at(0, "08:00:00"), 512 << 10, 10 * time.Hour},
		{daily, at(4, "17:00:00"), 512 << 10, time.Hour},
		{daily, at(6, "23:00:00"), 0, 9 * time.Hour},
		{weekly, at(0, "00:00:00"), 2e6, 32 * time.Hour}, // since Saturday
		{weekly, at(1, "08:00:00"), 1 << 20, 4*24*time.Hour + 10*time.Hour},
		{weekly, at(5, "18:00:00"), 0, 16 * time.Hour},
		{weekly, at(6, "12:00:00"), 2e6, 44 * time.Hour},
		{"\ufeff08:00,512KiB\r\n\u00a018:00,off \r\n", at(0, "07:59:59"), 0, time.Second},
		{"\ufeff10MiB\r\n", at(3, "12:00:00"), 10 << 20, 4*24*time.Hour - 12*time.Hour},
		{"Wed-00:00,1k", at(1, "00:00:00"), 1024, 2 * 24 * time.Hour},
	} {
		table, err := ParseTimetable(tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if rate, holds := table.At(tt.now); rate != tt.rate || holds != tt.holds {
			t.Errorf("%q at %v: %d for %v, want %d for %v", tt.text, tt.now, rate, holds, tt.rate, tt.holds)
		}
	}
	for _, text := range []string{"x", "-1", "08:00", "08:00,", "08:00,fast", "25:00,1M", "8:61,1M", "Foo-08:00,1M", "08:00,1M 08:00,2M", "08:00,1M Mon-08:00,2M", "08:00 1M"} {
		if _, err := ParseTimetable(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// FuzzTimetable: every accepted timetable has a rate for every moment of a week, and the next change is in
// the future.
func FuzzTimetable(f *testing.F) {
	for _, seed := range []string{"", "10MiB", "08:00,512KiB 18:00,off", "Mon-00:00,1 Tue-23:59,2G", "::,"} {
		f.Add(seed, int64(1_764_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		table, err := ParseTimetable(text)
		if err != nil {
			if !strings.Contains(err.Error(), "not a") {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		now := time.Unix(unix%(1<<40), 0).UTC()
		rate, holds := table.At(now)
		if rate < 0 || holds <= 0 || holds > week {
			t.Fatalf("%q: %d for %v", text, rate, holds)
		}
		if before, _ := table.At(now.Add(holds - 1)); before != rate {
			t.Errorf("%q changes from %d to %d within %v", text, rate, before, holds)
		}
	})
}

// A rate holds until another one begins, however often the timetable repeats it.
func TestTimetableUntil(t *testing.T) {
	monday := time.Date(2026, 5, 4, 10, 0, 0, 500, time.UTC)
	for _, tt := range []struct {
		text string
		rate int64
		next time.Time
	}{
		{"", 0, time.Time{}},
		{"1MiB", 1 << 20, time.Time{}},
		{"08:00,512KiB 18:00,off", 512 << 10, time.Date(2026, 5, 4, 18, 0, 0, 0, time.UTC)},
		{"08:00,512KiB", 512 << 10, time.Time{}},
		{"08:00,1MiB 12:00,1MiB Wed-09:00,2MiB", 1 << 20, time.Date(2026, 5, 6, 9, 0, 0, 0, time.UTC)},
	} {
		table, err := ParseTimetable(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if rate, next := table.Until(monday); rate != tt.rate || !next.Equal(tt.next) {
			t.Errorf("%q: %d until %v, want %d until %v", tt.text, rate, next, tt.rate, tt.next)
		}
	}
}
