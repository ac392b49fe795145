package wire

import (
	"net/http"
	"strings"
)

// OtherSignIn returns the scheme (RFC 9110 §11.1) by which an answer asks for a
// sign-in other than an access token, such as Basic or Negotiate, as gateways and
// proxies do. It is "" if the answer asks for a token or doesn't say what it asks for.
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
