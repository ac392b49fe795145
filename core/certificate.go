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
