package tlsconfig

import (
	"bytes"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// pairs returns the certificates whose key is in m, in the order of the file. If none
// has its key, the result is the first certificate without one. m must have a
// certificate.
func (m material) pairs() []pair {
	var all []pair
	for i, cert := range m.certs {
		twice := slices.ContainsFunc(m.certs[:i], func(c *x509.Certificate) bool { return bytes.Equal(c.Raw, cert.Raw) })
		for _, key := range m.keys {
			if !twice && belongs(key, cert) {
				all = append(all, pair{path: m.path, leaf: cert, key: key, aliases: m.aliases[cert], chain: chainOf(cert, m.certs)})
				break
			}
		}
	}
	if len(all) == 0 {
		leaf := m.certs[0]
		return []pair{{path: m.path, leaf: leaf, aliases: m.aliases[leaf], chain: chainOf(leaf, m.certs)}}
	}
	return all
}

// choose returns the pair called name or, without a name, the only one. If several fit,
// it is the one that can be used at now, if there is just one: an expired certificate
// beside its replacement is not ambiguous. Any other choice is left to the user.
func (m material) choose(name string, now time.Time) (pair, error) {
	all := m.pairs()
	fit := all
	if name != "" {
		fit = nil
		for _, i := range core.Called(factsOfAll(all), name) {
			fit = append(fit, all[i])
		}
	}
	if len(fit) == 1 && fit[0].key == nil && len(m.leftOut) > 0 {
		return pair{}, fileError(core.CodeCertificateUnreadable, m.path, "holds no certificate that can be read and belongs to a key; left out: "+strings.Join(m.leftOut, "; "), nil)
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	if len(fit) == 0 {
		return pair{}, fileError(core.CodeIdentityMissing, m.path, "holds no certificate called "+name+" with its key (tls.identity); there are: "+m.list(all, now), nil)
	}
	usable := slices.DeleteFunc(slices.Clone(fit), func(p pair) bool { return p.check(now) != nil })
	if len(usable) == 1 {
		return usable[0], nil
	}
	if len(usable) == 0 {
		last := slices.MaxFunc(fit, func(a, b pair) int { return a.leaf.NotAfter.Compare(b.leaf.NotAfter) })
		return pair{}, fileError(core.CodeOf(last.check(now)), m.path, "holds several certificates with their keys, and none can be used: "+m.list(fit, now), nil)
	}
	return pair{}, fileError(core.CodeIdentityChoice, m.path, "holds several certificates with their keys; choose one by tls.identity or --identity: "+m.list(fit, now), nil)
}

// list lists identities, each by a name that distinguishes it from the others.
func (m material) list(all []pair, now time.Time) string {
	facts := factsOfAll(all)
	var names []string
	for i, p := range all {
		words := facts[i].NameAmong(facts)
		if words != facts[i].Subject {
			words += " (" + facts[i].Subject + ")"
		}
		if facts[i].KeyMatches {
			words += ", " + p.state(now)
		}
		names = append(names, words)
	}
	for _, left := range m.leftOut {
		names = append(names, "left out: "+left)
	}
	return strings.Join(names, "; ")
}

// state says whether the certificate of p can be used at now.
func (p pair) state(now time.Time) string {
	switch core.CodeOf(p.check(now)) {
	case core.CodeCertificateExpired:
		return "expired on " + p.leaf.NotAfter.UTC().Format(dayFormat)
	case core.CodeCertificateNotYet:
		return "not valid before " + p.leaf.NotBefore.UTC().Format(dayFormat)
	case core.CodeCertificateUsage:
		return "not for clients"
	}
	return "valid until " + p.leaf.NotAfter.UTC().Format(dayFormat)
}
