package wire

import (
	"net/http"
	"strings"
)

// OtherSignIn is the scheme (RFC 9110 §11.1) by which an answer asks for a sign-in
// other than an access token: Basic, Negotiate, as gateways and proxies do. It is
// "" where the answer asks for a token, or does not say what it asks for.
func OtherSignIn(h http.Header) string {
	other := ""
	for _, value := range h.Values("WWW-Authenticate") {
		if strings.Contains(strings.ToLower(value), "bearer") {
			return ""
		}
		if scheme, _, _ := strings.Cut(strings.TrimSpace(value), " "); other == "" {
			other = Clean(strings.TrimRight(scheme, ","))
		}
	}
	return other
}
