package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// ciphers is a parsed cipher list.
type ciphers struct {
	offered []uint16 // suites offered to servers of TLS 1.2
	named   []uint16 // suites that the list names; empty: there is no usable list
	tls13   bool     // the list names suites of TLS 1.3
}

// parseCiphers reads a list of OpenSSL or IANA names, separated by ":", "," or blanks.
// Names of insecure or unknown suites are skipped with a warning. A list with nothing
// else counts as no list.
//
// Suites of TLS 1.3 can't be chosen in Go: it offers all of them, and policy refuses
// those that are not named. They must not get into tls.Config.CipherSuites: if they
// were the only ones there, nothing could be negotiated with a TLS 1.2 server.
func parseCiphers(list string, log *slog.Logger) ciphers {
	var c ciphers
	var fixed, invalid []string
	for _, name := range core.Items(list, ":,;") {
		suite := findSuite(name)
		switch {
		case suite == nil:
			invalid = append(invalid, name)
			continue
		case slices.Contains(c.named, suite.ID):
			continue
		case slices.Contains(suite.SupportedVersions, tls.VersionTLS13):
			fixed = append(fixed, name)
			c.tls13 = true
		default:
			c.offered = append(c.offered, suite.ID)
		}
		c.named = append(c.named, suite.ID)
	}
	if len(invalid) > 0 {
		log.Warn("Invalid cipher list: insecure or unknown suites are not used", "suites", invalid)
	}
	if len(c.named) == 0 && len(invalid) > 0 {
		log.Warn("The cipher list names no suite that can be used: the defaults are")
	}
	if len(fixed) > 0 {
		log.Info("TLS 1.3 cipher suites are fixed by the runtime: all are offered, and a connection with another than these is refused", "suites", fixed)
	}
	if len(c.offered) == 0 {
		c.offered = authenticated()
	}
	return c
}

// authenticated returns the suites that TLS 1.2 servers are offered by default, with
// forward secrecy and authenticated encryption. Go's own defaults have more, and
// GODEBUG could add weak ones.
func authenticated() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// findSuite returns the secure suite with an OpenSSL or IANA name, nil if there is
// none.
func findSuite(name string) *tls.CipherSuite {
	for _, suite := range tls.CipherSuites() {
		if strings.EqualFold(name, suite.Name) || strings.EqualFold(name, openSSLName(suite.Name)) {
			return suite
		}
	}
	return nil
}

// openSSLName derives OpenSSL's name of a TLS 1.2 suite:
// TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is ECDHE-RSA-AES128-GCM-SHA256. TLS 1.3 suites
// have the same name there.
func openSSLName(iana string) string {
	name, ok := strings.CutPrefix(iana, "TLS_ECDHE_")
	if !ok {
		return iana
	}
	return "ECDHE-" + strings.NewReplacer(
		"_WITH_AES_", "-AES",
		"_WITH_CHACHA20_POLY1305_SHA256", "-CHACHA20-POLY1305",
		"_CBC_", "-",
		"_", "-",
	).Replace(name)
}
