package core

import "time"

// CertificateFacts are what the settings card shows of a client certificate.
type CertificateFacts struct {
	Subject     string
	Issuer      string
	Names       []string // DNS names, IP addresses, e-mail addresses, URIs
	Serial      string   // hexadecimal, colons between bytes
	Fingerprint string   // SHA-256 of the DER, upper-case hexadecimal, colons between bytes
	NotBefore   time.Time
	NotAfter    time.Time
	KeyMatches  bool
	Encrypted   bool // the key, or the PKCS#12 file, takes a passphrase
	ClientAuth  bool // may be used to authenticate a client (RFC 5280 §4.2.1.12)
	Algorithm   string
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

// ExpiryLevel says how near the end of a certificate is. A greater one is more
// pressing: whoever has warned of one warns again when it grows.
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
