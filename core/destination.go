package core

import (
	"net/url"
	"strings"
)

// Destination is where a file goes: to a server, and there into an account.
// What was accepted for one is never sent to another.
type Destination struct {
	Server  string // ingester URL
	Account string // client ID, "" where that was not kept
}

// Destination is where the profile leads.
func (p Profile) Destination() Destination { return Destination{p.IngesterURL, p.Auth.ClientID} }

// Destination is where the transfer was accepted for.
func (t Transfer) Destination() Destination { return Destination{t.Server, t.Account} }

// Takes reports whether what was accepted for other may go to d: the server is
// the same, however its address is written, and so is the account, unless the
// other's was not kept.
func (d Destination) Takes(other Destination) bool {
	return (d.Account == other.Account || other.Account == "") && SameServer(d.Server, other.Server)
}

// SameServer reports whether two addresses are the same server's: they may
// differ in the case of the host, a default port and slashes at the end. Unlike
// in ServerOf the path counts: a gateway leads each customer to a server of its
// own.
func SameServer(a, b string) bool { return a == b || serverForm(a) == serverForm(b) }

// serverForm is an address in its one form; what is none stays as it is.
func serverForm(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == map[string]string{"https": "443", "http": "80"}[u.Scheme] { // in lower case already
		port = ""
	}
	return u.Scheme + "://" + host + "|" + port + strings.TrimRight(u.EscapedPath(), "/")
}
