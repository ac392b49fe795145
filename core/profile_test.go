package core_test

import (
	"net/url"
	"testing"

	"github.com/artstore/ingester/core"
)

// Plain HTTP is allowed on this machine only: a name that only begins like one of its addresses may belong
// to another machine.
func TestIsLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:8000": true, "http://LocalHost": true, "http://127.0.0.1": true, "http://127.1.2.3:1": true, "http://[::1]:8000": true,
		"http://127.example": false, "http://127.0.0.1.example": false, "http://localhost.example": false, "http://10.0.0.1": false,
		"http://[::2]": false, "http://0.0.0.0": false, "http:///path": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if core.IsLoopback(u) != want {
			t.Errorf("%s: %t", address, !want)
		}
	}
}
