package core

import (
	"net/url"
	"strings"
)

// ServerOf is which machine and port an address names, the same for all ways of
// writing it. Paths don't count: those of a gateway lead to one server.
func ServerOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
