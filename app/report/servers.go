package report

import (
	"errors"
	"net/url"

	"github.com/artstore/ingester/core"
)

// servers are the hosts that a command waits for.
type servers struct{ admin, ingester string }

func serversOf(p core.Profile) servers {
	host := func(address string) string {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			return "the server"
		}
		return u.Host
	}
	return servers{host(p.TokenURL()), host(p.IngesterURL)}
}

// of is what is waited for: a folder, or a server.
func (s servers) of(w core.Wait) string {
	switch {
	case w.Path != "":
		return w.Path
	case w.Reason != nil && errors.Is(w.Reason, core.ErrSignIn):
		return s.admin
	}
	return s.ingester
}
