package core

import "testing"

func TestSameServer(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"https://ingester.example:8020", "https://ingester.example:8020", true},
		{"https://ingester.example:8020", "https://ingester.example:8020/", true},
		{"https://ingester.example", "HTTPS://Ingester.EXAMPLE:443//", true},
		{"http://127.0.0.1", "http://127.0.0.1:80/", true},
		{"https://[2001:DB8::1]", "https://[2001:db8::1]:443", true},
		{"https://example/a/", "https://example/a", true},
		{"", "", true},
		{"https://ingester.example:", "https://ingester.example", true},

		{"https://ingester.example", "https://ingester.example:8020", false},
		{"https://ingester.example:80", "https://ingester.example", false},
		{"https://ingester.example", "http://ingester.example", false},
		{"https://a.example", "https://b.example", false},
		{"https://example/a", "https://example/b", false},
		{"https://example/a", "https://example/A", false},
		{"https://example/a", "https://example", false},
		{"https://example/a%2Fb", "https://example/a/b", false},
		{"https://[::1]:1", "https://[::11]", false},
		{"https://example", "", false},
		{"A", "a", false},
		{"%", "%", true},
	} {
		if SameServer(tt.a, tt.b) != tt.same || SameServer(tt.b, tt.a) != tt.same {
			t.Errorf("%q and %q: %v", tt.a, tt.b, !tt.same)
		}
	}
}

func TestDestinationTakes(t *testing.T) {
	here := Destination{"https://ingester.example", "sa_a"}
	for _, tt := range []struct {
		was  Destination
		want bool
	}{
		{here, true},
		{Destination{"https://ingester.example:443/", "sa_a"}, true},
		{Destination{"https://ingester.example", ""}, true}, // from before accounts were kept
		{Destination{"https://ingester.example", "sa_b"}, false},
		{Destination{"https://ingester.example", "SA_A"}, false},
		{Destination{"https://other.example", "sa_a"}, false},
		{Destination{"https://other.example", ""}, false},
		{Destination{}, false},
	} {
		if got := here.Takes(tt.was); got != tt.want {
			t.Errorf("%+v: %v", tt.was, got)
		}
	}
	if (Destination{Server: here.Server}).Takes(here) {
		t.Error("a profile without an account takes what is an account's")
	}
	p := NewProfile("P")
	p.IngesterURL, p.Auth.ClientID = here.Server, here.Account
	if p.Destination() != here || (Transfer{Server: here.Server, Account: here.Account}).Destination() != here {
		t.Error("a destination is not what it is made of")
	}
}
