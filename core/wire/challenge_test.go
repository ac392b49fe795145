package wire

import (
	"net/http"
	"testing"
)

func TestOtherSignIn(t *testing.T) {
	for _, tt := range []struct {
		values []string
		want   string
	}{
		{nil, ""}, {[]string{""}, ""}, {[]string{"Bearer"}, ""}, {[]string{`Bearer realm="artstore", error="invalid_token"`}, ""}, {[]string{"bearer"}, ""},
		{[]string{`Basic realm="Restricted"`}, "Basic"}, {[]string{"Negotiate", "NTLM"}, "Negotiate"}, {[]string{"Negotiate, Basic"}, "Negotiate"},
		{[]string{`Basic realm="x"`, "Bearer"}, ""}, {[]string{`Basic realm="x", Bearer`}, ""},
	} {
		if got := OtherSignIn(http.Header{"Www-Authenticate": tt.values}); got != tt.want {
			t.Errorf("%q gave %q, want %q", tt.values, got, tt.want)
		}
	}
}
