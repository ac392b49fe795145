package core

import (
	"net/url"
	"strings"
)

// Destination is where a file goes: a server, and an account on it. A file that
// was accepted for one destination is never sent to another.
type Destination struct {
	Server  string // ingester URL
	Account string // client ID, "" if it was not kept
}

// Destination is where the profile leads.
func (p Profile) Destination() Destination { return Destination{p.IngesterURL, p.Auth.ClientID} }

// Destination is the destination for which the transfer was accepted.
func (t Transfer) Destination() Destination { return Destination{t.Server, t.Account} }

// Takes reports whether a file that was accepted for other may go to d: the server
// is the same, however its address is written, and so is the account, unless
// other's was not kept.
func (d Destination) Takes(other Destination) bool {
	return (d.Account == other.Account || other.Account == "") && SameServer(d.Server, other.Server)
}

// SameServer reports whether two addresses are the same server's: they may differ
// in the case of the host, a default port and slashes at the end. Unlike in
// ServerOf the path counts: a gateway may have another server for each path.
func SameServer(a, b string) bool { return a == b || serverForm(a) == serverForm(b) }

// serverForm returns an address in normal form. Other texts stay as they are.
func serverForm(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == map[string]string{"https": "443", "http": "80"}[u.Scheme] { // Parse has made the scheme lower case
		port = ""
	}
	return u.Scheme + "://" + host + "|" + port + strings.TrimRight(u.EscapedPath(), "/")
}
