package core

import (
	"slices"
	"strings"
	"time"
)

// CertificateFacts are what the settings card shows of a client certificate.
type CertificateFacts struct {
	Subject     string
	CommonName  string   // the subject's
	Aliases     []string // its names in a key store ("friendly names")
	Issuer      string
	Names       []string // DNS names, IP addresses, e-mail addresses, URIs
	Serial      string   // hexadecimal, colons between bytes
	Fingerprint string   // SHA-256 of the DER, upper-case hexadecimal, colons between bytes
	NotBefore   time.Time
	NotAfter    time.Time
	KeyMatches  bool
	Encrypted   bool // the key or the PKCS#12 file needs a passphrase
	ClientAuth  bool // may be used to authenticate a client (RFC 5280 §4.2.1.12)
	Algorithm   string

	// Identities holds every certificate of the files that has its key, this
	// one included. It is set if there are several, or if the profile names one.
	Identities []CertificateFacts
}

// Usable reports whether a client may present the certificate now.
func (c CertificateFacts) Usable(now time.Time) bool {
	return c.KeyMatches && c.ClientAuth && !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// Called returns the indexes of the certificates that name, a profile's
// tls.identity, means: the one with that SHA-256 fingerprint, else those with
// that alias, else those with that common name or whole subject. Case doesn't
// count, as in other programs' key stores.
func Called(all []CertificateFacts, name string) []int {
	same := func(a, b string) bool {
		return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	digits := strings.NewReplacer(":", "", " ", "")
	for _, called := range []func(CertificateFacts) bool{
		func(c CertificateFacts) bool { return same(digits.Replace(c.Fingerprint), digits.Replace(name)) },
		func(c CertificateFacts) bool {
			return slices.ContainsFunc(c.Aliases, func(alias string) bool { return same(alias, name) })
		},
		func(c CertificateFacts) bool { return same(c.CommonName, name) || same(c.Subject, name) },
	} {
		var found []int
		for i, c := range all {
			if called(c) {
				found = append(found, i)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// NameAmong returns a name that tells the certificate from the others in all: the
// first of its aliases, its common name and its subject that means no other, else
// its fingerprint, which changes when the certificate is renewed.
func (c CertificateFacts) NameAmong(all []CertificateFacts) string {
	for _, name := range append(slices.Clone(c.Aliases), c.CommonName, c.Subject) {
		if found := Called(all, name); len(found) == 1 && all[found[0]].Fingerprint == c.Fingerprint {
			return name
		}
	}
	return c.Fingerprint
}

// DaysLeft is the number of whole days until the certificate expires, negative
// once it has.
func (c CertificateFacts) DaysLeft(now time.Time) int {
	left := c.NotAfter.Sub(now)
	if left < 0 {
		return -1 - int(-left/(24*time.Hour))
	}
	return int(left / (24 * time.Hour))
}

// ExpiryLevel says how soon a certificate expires. A greater one is more urgent:
// the user is warned again when it grows.
type ExpiryLevel int

// The levels.
const (
	ExpiryFar   ExpiryLevel = iota // nothing to warn of
	ExpiryMonth                    // 30 days or less are left
	ExpiryWeek                     // 7 days or less
	ExpiryDay                      // 1 day or less
	ExpiryPast                     // none
)

// ExpiryLevel returns the level at now; ExpiryFar for facts of no certificate.
func (c CertificateFacts) ExpiryLevel(now time.Time) ExpiryLevel {
	const day = 24 * time.Hour
	switch left := c.NotAfter.Sub(now); {
	case c.NotAfter.IsZero() || left > 30*day:
		return ExpiryFar
	case left > 7*day:
		return ExpiryMonth
	case left > day:
		return ExpiryWeek
	case left >= 0:
		return ExpiryDay
	}
	return ExpiryPast
}
