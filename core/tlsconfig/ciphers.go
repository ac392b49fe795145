package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
)

// ciphers is what a cipher list comes to.
type ciphers struct {
	offered []uint16 // to servers of TLS 1.2
	named   []uint16 // by the list; none: there is no list that can be used
	tls13   bool     // suites of TLS 1.3 are among them
}

// parseCiphers reads a list of OpenSSL or IANA names, with ":", "," or blanks
// between them. Names of insecure or unknown suites are passed over with a warning,
// and a list with nothing else in it is none.
//
// Suites of TLS 1.3 can't be chosen in Go: Go offers all of them, and policy
// refuses those that are not named. They must not get into
// tls.Config.CipherSuites, where they would leave nothing to negotiate with a
// TLS 1.2 server.
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

// authenticated are the suites that TLS 1.2 servers are offered unless a list
// says otherwise: forward secrecy and authenticated encryption. Go's own
// defaults have more, and GODEBUG could bring back worse.
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

// findSuite returns the secure suite with an OpenSSL or IANA name, nil when
// there is none.
func findSuite(name string) *tls.CipherSuite {
	for _, suite := range tls.CipherSuites() {
		if strings.EqualFold(name, suite.Name) || strings.EqualFold(name, openSSLName(suite.Name)) {
			return suite
		}
	}
	return nil
}

// openSSLName derives the name that OpenSSL gives to a suite of TLS 1.2:
// TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is ECDHE-RSA-AES128-GCM-SHA256. TLS
// 1.3 suites have the same name there.
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
