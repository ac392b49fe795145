package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"slices"
	"strings"
)

// cipherSuites turns a list of OpenSSL or IANA names, with ":" or "," between
// them, into the suites of TLS 1.2; nil are Go's defaults. Names of insecure
// or unknown suites are passed over with a warning, and a list with nothing
// else in it means the defaults.
//
// TLS 1.3 suites can't be chosen in Go: their names are accepted and noted.
// They must not get into tls.Config.CipherSuites, where they would leave
// nothing to negotiate with a TLS 1.2 server.
func cipherSuites(list string, log *slog.Logger) []uint16 {
	names := strings.FieldsFunc(list, func(r rune) bool { return r == ':' || r == ',' || r == ' ' })
	if len(names) == 0 {
		return nil
	}
	var chosen []uint16
	var fixed, refused []string
	for _, name := range names {
		suite := findSuite(name)
		switch {
		case suite == nil:
			refused = append(refused, name)
		case slices.Contains(suite.SupportedVersions, tls.VersionTLS13):
			fixed = append(fixed, name)
		case !slices.Contains(chosen, suite.ID):
			chosen = append(chosen, suite.ID)
		}
	}
	if len(refused) > 0 {
		log.Warn("Invalid cipher list: insecure or unknown suites are not used", "suites", refused)
	}
	if len(fixed) > 0 {
		log.Info("TLS 1.3 cipher suites are always all offered", "suites", fixed)
	}
	if len(chosen) == 0 && len(fixed) == 0 {
		log.Warn("The cipher list names no suite that can be used: the defaults are")
	}
	return chosen
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
