package core

import (
	"testing"
	"time"
)

// Fault 20: warnings at 30, 7 and 1 days.
func TestExpiryLevel(t *testing.T) {
	const day = 24 * time.Hour
	end := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	facts := CertificateFacts{NotAfter: end}
	for _, tt := range []struct {
		left  time.Duration
		level ExpiryLevel
		days  int
	}{
		{365 * day, ExpiryFar, 365},
		{30*day + time.Second, ExpiryFar, 30},
		{30 * day, ExpiryMonth, 30},
		{7*day + time.Second, ExpiryMonth, 7},
		{7 * day, ExpiryWeek, 7},
		{day + time.Second, ExpiryWeek, 1},
		{day, ExpiryDay, 1},
		{time.Second, ExpiryDay, 0},
		{0, ExpiryDay, 0},
		{-time.Second, ExpiryPast, -1},
		{-day, ExpiryPast, -2},
		{-400 * day, ExpiryPast, -401},
	} {
		now := end.Add(-tt.left)
		if level, days := facts.ExpiryLevel(now), facts.DaysLeft(now); level != tt.level || days != tt.days {
			t.Errorf("%v left: level %d, %d days; want %d, %d", tt.left, level, days, tt.level, tt.days)
		}
	}
	if (CertificateFacts{}).ExpiryLevel(end) != ExpiryFar {
		t.Error("no certificate is warned of")
	}
}
