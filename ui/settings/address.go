package settings

import (
	"net"
	"net/url"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
)

// completed is an address as it was meant: "server.example:8020" is an https address, and
// a slash alone at the end says nothing. What is no address stays as it is.
func completed(text string) string {
	text = strings.TrimSpace(text)
	given := text
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case found:
		text = strings.ToLower(scheme) + "://" + rest
	case text == "" || strings.ContainsAny(text, " \t@\\") || strings.HasPrefix(text, "/"):
		return text
	default:
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !found && !namesHost(u) {
		return given
	}
	if u.Path == "/" && u.RawQuery == "" && u.Fragment == "" {
		text = strings.TrimSuffix(text, "/")
	}
	return text
}

// namesHost reports whether an address without a scheme names a server: by an IP address,
// with a port, or with a dot in its name.
func namesHost(u *url.URL) bool {
	return u.Port() != "" || net.ParseIP(u.Hostname()) != nil || strings.Contains(u.Hostname(), ".") || u.Hostname() == "localhost"
}

// address adds a row with the address of a server. It is completed when the user leaves
// the field, so that it can be seen what was understood.
func (f *form) address(tab view.Tab, key, label, value, placeholder string, set func(*core.Profile, string)) *formEntry {
	e := newFormEntry(value, placeholder)
	fl := f.add(tab, key, label, e, func(p *core.Profile) *core.FieldError {
		set(p, completed(e.Text))
		return nil
	})
	f.wire(fl, func() {
		if whole := completed(e.Text); whole != e.Text {
			e.SetText(whole)
		}
	}, e)
	return e
}
