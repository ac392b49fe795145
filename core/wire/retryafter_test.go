package wire

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Fault 36: every form of Retry-After, and invalid ones.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		values []string
		want   time.Duration
	}{
		{nil, 0}, {[]string{""}, 0}, {[]string{"120"}, 2 * time.Minute}, {[]string{" 7 "}, 7 * time.Second}, {[]string{"0"}, 0},
		{[]string{"-1"}, 0}, {[]string{"1e9"}, 0}, {[]string{"abc"}, 0}, {[]string{"1.5"}, 0}, {[]string{"１２"}, 0},
		{[]string{"1000000000"}, MaxRetryAfter}, {[]string{strings.Repeat("9", 100)}, MaxRetryAfter},
		{[]string{now.Add(90 * time.Second).Format(http.TimeFormat)}, 90 * time.Second},
		{[]string{now.Add(-time.Hour).Format(http.TimeFormat)}, 0},
		{[]string{now.AddDate(1, 0, 0).Format(http.TimeFormat)}, MaxRetryAfter},
		{[]string{"Friday, 01-May-26 12:01:00 GMT"}, time.Minute}, // RFC 850, as old servers write
		{[]string{"5", "abc", "60"}, time.Minute},
	} {
		if got := RetryAfter(http.Header{"Retry-After": tt.values}, now); got != tt.want {
			t.Errorf("%q gave %v, want %v", tt.values, got, tt.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"120", "-1", "Fri, 01 May 2026 12:01:00 GMT", "999999999999999999999", "abc"} {
		f.Add(s)
	}
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if d := RetryAfter(http.Header{"Retry-After": {s}}, now); d < 0 || d > MaxRetryAfter {
			t.Errorf("%q gave %v", s, d)
		}
	})
}
