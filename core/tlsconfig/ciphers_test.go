package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// T5: suites are chosen by OpenSSL or IANA name. TLS 1.3 names are accepted, with a note that the
// runtime determines those suites.
// T6: an invalid list gives a warning and the defaults.
func TestCipherList(t *testing.T) {
	const (
		ecdsa128 = tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
		rsa256   = tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
		chacha   = tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
		cbc      = tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
	)
	const warned, noted = "Invalid cipher list", "fixed by the runtime"
	for _, tt := range []struct {
		name, list string
		offered    []uint16 // nil: the defaults
		says       []string
	}{
		{"none", "", nil, nil},
		{"only separators", " :,: ", nil, nil},
		{"OpenSSL", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384", []uint16{ecdsa128, rsa256}, nil},
		{"IANA", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", []uint16{ecdsa128, rsa256}, nil},
		{"mixed, with spaces and case", "ecdhe-rsa-chacha20-poly1305 , TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", []uint16{chacha, rsa256}, nil},
		{"twice", "ECDHE-RSA-AES256-GCM-SHA384:TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", []uint16{rsa256}, nil},
		{"CBC on demand", "ECDHE-RSA-AES128-SHA", []uint16{cbc}, nil},
		{"a line each, from Windows", "\ufeffECDHE-ECDSA-AES128-GCM-SHA256\r\n\tECDHE-RSA-AES256-GCM-SHA384;\r\n", []uint16{ecdsa128, rsa256}, nil},
		{"TLS 1.3", "TLS_AES_256_GCM_SHA384", nil, []string{noted}},
		{"both versions", "TLS_AES_256_GCM_SHA384:ECDHE-RSA-AES256-GCM-SHA384", []uint16{rsa256}, []string{noted}},
		{"invalid", "NOT-A-CIPHER", nil, []string{warned, "the defaults are"}},
		{"OpenSSL's keywords", "HIGH:!aNULL:@SECLEVEL=2", nil, []string{warned, "the defaults are"}},
		{"insecure", "DES-CBC3-SHA:RC4-SHA:AES128-SHA:TLS_RSA_WITH_AES_128_GCM_SHA256:ECDHE-RSA-AES128-SHA256", nil, []string{warned, "the defaults are"}},
		{"partly invalid", "RC4-SHA:ECDHE-RSA-AES256-GCM-SHA384", []uint16{rsa256}, []string{warned, "RC4-SHA"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log coretest.Log
			config := build(t, core.TLSSettings{Ciphers: tt.list, CACertFile: newFiles(t).settings.CACertFile}, &log)
			want := tt.offered
			if want == nil {
				want = authenticated()
			}
			if !slices.Equal(config.CipherSuites, want) {
				t.Errorf("offered %x, want %x", config.CipherSuites, want)
			}
			for _, text := range tt.says {
				level := slog.LevelWarn
				if text == noted {
					level = slog.LevelInfo
				}
				if !log.Has(level, text) {
					t.Errorf("not said: %s", text)
				}
			}
			if len(tt.says) == 0 && log.String() != "" {
				t.Errorf("said for nothing: %s", &log)
			}
		})
	}
}

// Every suite that Go considers secure can be given by both names, and the defaults are those with
// authenticated encryption.
func TestCipherNames(t *testing.T) {
	for _, suite := range tls.CipherSuites() {
		for _, name := range []string{suite.Name, openSSLName(suite.Name)} {
			if found := findSuite(name); found == nil || found.ID != suite.ID {
				t.Errorf("%s is not found", name)
			}
		}
		aead := !strings.Contains(suite.Name, "_CBC_")
		if aead && suite.SupportedVersions[0] == tls.VersionTLS12 != slices.Contains(authenticated(), suite.ID) {
			t.Errorf("%s: among the defaults or not, against the rule", suite.Name)
		}
	}
	for _, suite := range tls.InsecureCipherSuites() {
		if findSuite(suite.Name) != nil || slices.Contains(authenticated(), suite.ID) {
			t.Errorf("%s can be used", suite.Name)
		}
	}
}

// Fault 21: a suite that the list doesn't name is refused after the handshake, with its name,
// before the server gets a certificate or a byte.
func TestPolicy(t *testing.T) {
	f := newFiles(t)
	const suite13 = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256" // a Go server chooses the third suite
	for _, tt := range []struct {
		name, list string
		server     uint16
		refused    string // what the error names
		suite      uint16 // what is negotiated; 0: any
	}{
		{"no list, TLS 1.3", "", tls.VersionTLS13, "", 0},
		{"no list, TLS 1.2", "", tls.VersionTLS12, "", 0},
		{"invalid list", "RC4-SHA", tls.VersionTLS13, "", 0},
		{"AES-256 only, TLS 1.3", "TLS_AES_256_GCM_SHA384", tls.VersionTLS13, "cipher suite TLS_", 0},
		{"AES-256 only for TLS 1.3, TLS 1.2", "TLS_AES_256_GCM_SHA384", tls.VersionTLS12, "cipher suite TLS_ECDHE_ECDSA_WITH_", 0},
		{"AES-256 only for both, TLS 1.3", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384", tls.VersionTLS13, "cipher suite TLS_", 0},
		{"AES-256 only for both, TLS 1.2", "TLS_AES_256_GCM_SHA384:ECDHE-ECDSA-AES256-GCM-SHA384", tls.VersionTLS12, "", tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
		{"named, TLS 1.3", suite13, tls.VersionTLS13, "", 0},
		{"TLS 1.2 named, TLS 1.2", "ECDHE-ECDSA-AES256-GCM-SHA384", tls.VersionTLS12, "", tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
		{"TLS 1.2 named, TLS 1.3", "ECDHE-ECDSA-AES256-GCM-SHA384", tls.VersionTLS13, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			serverConfig := f.ca.ServerConfig(t)
			serverConfig.MaxVersion = tt.server
			s := serve(t, serverConfig)
			f.settings.ProtocolVersion, f.settings.Ciphers = core.TLSv12, tt.list
			name, state, err := s.dial(build(t, f.settings, nil))
			if tt.refused == "" {
				if err != nil || name != "first" || (tt.suite != 0 && state.CipherSuite != tt.suite) {
					t.Errorf("%s with %s: %v", name, tls.CipherSuiteName(state.CipherSuite), err)
				}
				return
			}
			e := wire.NetworkError("connect", err)
			if e == nil || e.Kind != core.KindTLS || e.Code != core.CodeTLSPolicy || !strings.Contains(e.Message, tt.refused) || !strings.Contains(e.Message, "tls.ciphers") {
				t.Errorf("%v", err)
			}
			if s.served.Load() != 0 {
				t.Error("the server was sent a certificate")
			}
		})
	}
}

// The rule alone, for suites that no test server can be made to choose.
func TestPolicyRule(t *testing.T) {
	parse := func(list string) ciphers { return parseCiphers(list, slog.New(slog.DiscardHandler)) }
	for _, tt := range []struct {
		list    string
		version uint16
		suite   uint16
		ok      bool
	}{
		{"", tls.VersionTLS13, tls.TLS_AES_128_GCM_SHA256, true},
		{"", tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false}, // below the minimum
		{"TLS_AES_256_GCM_SHA384", tls.VersionTLS13, tls.TLS_AES_256_GCM_SHA384, true},
		{"TLS_AES_256_GCM_SHA384", tls.VersionTLS13, tls.TLS_CHACHA20_POLY1305_SHA256, false},
		{"TLS_AES_256_GCM_SHA384", tls.VersionTLS13, 0xffff, false},
		{"ECDHE-RSA-AES256-GCM-SHA384", tls.VersionTLS13, tls.TLS_AES_128_GCM_SHA256, true},
	} {
		err := policy{tls.VersionTLS13, parse(tt.list)}.verify(tls.ConnectionState{Version: tt.version, CipherSuite: tt.suite})
		if (err == nil) != tt.ok || (err != nil && core.CodeOf(err) != core.CodeTLSPolicy) {
			t.Errorf("%q, %s: %v", tt.list, tls.CipherSuiteName(tt.suite), err)
		}
	}
}

// net/http returns the refusal with its code.
func TestPolicyOverHTTP(t *testing.T) {
	f := newFiles(t)
	s := serve(t, f.ca.ServerConfig(t))
	f.settings.Ciphers = "TLS_AES_256_GCM_SHA384"
	transport := &http.Transport{TLSClientConfig: build(t, f.settings, nil)}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("https://" + s.Addr().String())
	if err == nil {
		_ = resp.Body.Close()
	}
	if e := wire.NetworkError("upload", err); e == nil || e.Code != core.CodeTLSPolicy || e.Op != "upload" || e.Outcome != core.OutcomeNotProcessed {
		t.Errorf("%+v", e)
	}
}
