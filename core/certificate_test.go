package core

import (
	"slices"
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

// Values of tls.identity, and the certificates that they mean.
func TestCalled(t *testing.T) {
	all := []CertificateFacts{
		{Subject: "CN=scanner", CommonName: "scanner", Aliases: []string{"scanner 2020"}, Fingerprint: "AA:01"},
		{Subject: "CN=scanner", CommonName: "scanner", Aliases: []string{"{7F}", "scanner"}, Fingerprint: "BB:02"},
		{Subject: "CN=scanner,O=Other", CommonName: "scanner", Fingerprint: "CC:03"},
		{Subject: "O=Only", Aliases: []string{""}, Fingerprint: "DD:04"},
		{Subject: "CN=twin", CommonName: "twin", Fingerprint: "EE:05"},
		{Subject: "CN=twin", CommonName: "twin", Fingerprint: "EE:06"},
	}
	for name, want := range map[string][]int{
		"AA:01": {0}, "aa01": {0}, "bb 02": {1}, "scanner": {1}, " Scanner 2020 ": {0}, "{7f}": {1}, "CN=scanner": {0, 1}, "cn=scanner,o=other": {2},
		"O=Only": {3}, "twin": {4, 5}, "": nil, " ": nil, "scann": nil, "AA": nil,
	} {
		if got := Called(all, name); !slices.Equal(got, want) {
			t.Errorf("%q means %v, want %v", name, got, want)
		}
	}
	for i, want := range []string{"scanner 2020", "{7F}", "CN=scanner,O=Other", "O=Only", "EE:05", "EE:06"} {
		if got := all[i].NameAmong(all); got != want {
			t.Errorf("%d is called %q, want %q", i, got, want)
		}
	}
}

func TestUsable(t *testing.T) {
	now := time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC)
	good := CertificateFacts{KeyMatches: true, ClientAuth: true, NotBefore: now, NotAfter: now}
	keyless, server := good, good
	keyless.KeyMatches, server.ClientAuth = false, false
	if !good.Usable(now) || good.Usable(now.Add(1)) || good.Usable(now.Add(-1)) || keyless.Usable(now) || server.Usable(now) {
		t.Error("what can be used is not what counts now, has its key and is for clients")
	}
}
