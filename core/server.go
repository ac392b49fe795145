package core

import (
	"net/url"
	"strings"
)

// ServerOf returns the machine and port of an address, the same for all ways of
// writing it. The path doesn't count, so all paths of a gateway are one server.
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
