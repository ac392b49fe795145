package connect

import (
	"context"
	"crypto/rand"
	"reflect"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/engine"
	"github.com/artstore/ingester/core/keychain"
)

// terms are a caller's profile, as its command line changes it, and the secrets that
// came with it. They are kept in memory only, while the caller is there.
type terms struct {
	control.Terms
	secrets *Secrets
	callers int
}

func (t *terms) are(other control.Terms) bool {
	return reflect.DeepEqual(t.Profile, other.Profile) && t.Proxy == other.Proxy &&
		t.Secret.Reveal() == other.Secret.Reveal() && t.Passphrase.Reveal() == other.Passphrase.Reveal()
}

// keyOf is the route without what does not distinguish it: terms have a profile of
// their own.
func keyOf(by engine.Route) engine.Route {
	if by.Terms != "" {
		by.Profile = ""
	}
	return by
}

// settings are the profile of a route and its secrets.
func (c *Connections) settings(by engine.Route) (core.Profile, *Secrets, error) {
	if by.Terms == "" {
		p, err := c.cfg.Load(by.Profile)
		return p, c.cfg.Secrets, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.callers[by.Terms]
	if t == nil {
		return core.Profile{}, nil, &core.Error{Kind: core.KindCancelled, Code: core.CodeCancelled, Op: "connect", Message: "Who wanted the file sent has gone."}
	}
	return t.Profile, t.secrets, nil
}

// Admit takes the terms of a caller. name is what routes call them, "" if they are the
// same as this program's. Callers with the same terms share them.
func (c *Connections) Admit(ctx context.Context, t control.Terms) (name string, leave func(), err error) {
	own, err := c.cfg.Load(t.Profile.Name)
	if ours := (&terms{Terms: control.Terms{Profile: own, Secret: c.cfg.Secrets.given, Proxy: proxyTerms(c.cfg.Secrets.proxy)}}); err == nil && ours.are(t) {
		return "", func() {}, nil
	}
	theirs := c.cfg.Secrets.forCaller(t)
	if !t.Passphrase.IsZero() {
		if err := theirs.Session.Set(ctx, t.Profile.Name, keychain.ItemPassphrase, t.Passphrase); err != nil {
			return "", nil, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for found, present := range c.callers {
		if present.are(t) {
			name = found
		}
	}
	if name == "" {
		name = rand.Text()
		c.callers[name] = &terms{Terms: t, secrets: theirs}
	}
	c.callers[name].callers++
	return name, func() { c.dismiss(name) }, nil
}

// dismiss drops the terms when their last caller leaves. Uploads under way end on
// their connection.
func (c *Connections) dismiss(name string) {
	c.mu.Lock()
	t := c.callers[name]
	t.callers--
	last := t.callers == 0
	if last {
		delete(c.callers, name)
		delete(c.limits, engine.Route{Terms: name})
	}
	c.mu.Unlock()
	if last {
		c.drop(engine.Route{Terms: name})
	}
}
