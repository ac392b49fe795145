package wire

import "testing"

func TestWithoutZone(t *testing.T) {
	for host, want := range map[string]string{
		"": "", "server.example:8020": "server.example:8020", "[::1]:80": "[::1]:80", "fe80::1%eth0": "fe80::1", "[fe80::1%eth0]": "[fe80::1]",
		"[fe80::1%eth0]:8020": "[fe80::1]:8020", "[fe80::1%2]:8020": "[fe80::1]:8020", "fe80::1%": "fe80::1",
	} {
		if got := WithoutZone(host); got != want || HasZone(got) {
			t.Errorf("%q gave %q, want %q", host, got, want)
		}
	}
}
