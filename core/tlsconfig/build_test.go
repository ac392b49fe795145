package tlsconfig

import (
	"crypto/tls"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/wire"
)

// T1: if TLS is disabled there is neither a configuration nor an error, whatever else is set.
func TestDisabled(t *testing.T) {
	config, err := Build(core.TLSSettings{CACertFile: "/nonexistent", ProtocolVersion: "SSLv3"}, core.Secret{}, nil)
	if config != nil || err != nil {
		t.Errorf("%v, %v", config, err)
	}
}

// T2: the server is verified against the CA, the certificate is presented.
func TestMutual(t *testing.T) {
	f := newFiles(t)
	s := serve(t, f.ca.ServerConfig(t))
	if name, _ := s.mustDial(t, build(t, f.settings, nil)); name != "first" {
		t.Errorf("the server saw %s", name)
	}

	stranger := serve(t, coretest.NewCA(t, "Another CA").ServerConfig(t))
	_, _, err := stranger.dial(build(t, f.settings, nil))
	if e := wire.NetworkError("connect", err); e == nil || e.Code != core.CodeTLSUntrusted {
		t.Errorf("a server of another CA: %v", err)
	}
	if stranger.served.Load() != 0 {
		t.Error("the handshake with it was completed")
	}

	f.settings.CertFile, f.settings.KeyFile = "", ""
	if _, _, err := s.dial(build(t, f.settings, nil)); err == nil {
		t.Error("served without a certificate")
	}
}

// For a server that wants no certificate the CA alone is enough.
func TestServerOnly(t *testing.T) {
	f := newFiles(t)
	s := serve(t, &tls.Config{Certificates: []tls.Certificate{f.ca.Server(t)}})
	if name, _ := s.mustDial(t, build(t, core.TLSSettings{CACertFile: f.settings.CACertFile}, nil)); name != "nobody" {
		t.Error(name)
	}
}

// T3, T4: the minimum version.
func TestMinimumVersion(t *testing.T) {
	f := newFiles(t)
	for _, tt := range []struct {
		profile     string
		server      uint16
		want        uint16
		wantMinimum uint16
	}{
		{core.TLSv13, tls.VersionTLS13, tls.VersionTLS13, tls.VersionTLS13},
		{core.TLSv13, tls.VersionTLS12, 0, tls.VersionTLS13},
		{"", tls.VersionTLS12, 0, tls.VersionTLS13},
		{core.TLSv12, tls.VersionTLS13, tls.VersionTLS13, tls.VersionTLS12},
		{core.TLSv12, tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS12},
		{core.TLSv12, tls.VersionTLS11, 0, tls.VersionTLS12},
	} {
		t.Run(tt.profile+" to "+tls.VersionName(tt.server), func(t *testing.T) {
			serverConfig := f.ca.ServerConfig(t)
			serverConfig.MinVersion, serverConfig.MaxVersion = tls.VersionTLS10, tt.server
			s := serve(t, serverConfig)
			f.settings.ProtocolVersion = tt.profile
			config := build(t, f.settings, nil)
			if config.MinVersion != tt.wantMinimum {
				t.Errorf("minimum %s", tls.VersionName(config.MinVersion))
			}
			_, state, err := s.dial(config)
			if (err == nil) != (tt.want != 0) || state.Version != tt.want {
				t.Errorf("%s, %v", tls.VersionName(state.Version), err)
			}
			if tt.want == 0 && s.served.Load() != 0 {
				t.Error("the handshake was completed")
			}
		})
	}
	f.settings.ProtocolVersion = "TLSv1.1"
	refuse(t, f.settings, "", core.CodeProfileInvalid, "protocol_version")
}

// T7: without a CA the system's roots are used, with a warning.
func TestNoCA(t *testing.T) {
	var log coretest.Log
	config := build(t, core.TLSSettings{}, &log)
	if config.RootCAs != nil || !log.Has(slog.LevelWarn, "No CA certificate") {
		t.Errorf("roots %v, log %s", config.RootCAs, &log)
	}
	log = coretest.Log{}
	if build(t, newFiles(t).settings, &log); log.String() != "" && !log.Has(slog.LevelWarn, "expires soon") {
		t.Error(&log)
	}
	s := serve(t, coretest.NewCA(t, "Unknown CA").ServerConfig(t))
	if _, _, err := s.dial(config); wire.NetworkError("connect", err).Code != core.CodeTLSUntrusted {
		t.Errorf("an unknown CA: %v", err)
	}
}

func TestServerName(t *testing.T) {
	f := newFiles(t)
	serverConfig := f.ca.ServerConfig(t)
	serverConfig.Certificates = []tls.Certificate{f.ca.Server(t, "admin.example")}
	s := serve(t, serverConfig)
	f.settings.ServerName = "admin.example"
	if _, state := s.mustDial(t, build(t, f.settings, nil)); state.ServerName != "admin.example" {
		t.Error(state.ServerName)
	}
	for _, other := range []string{"", "other.example"} {
		f.settings.ServerName = other
		if _, _, err := s.dial(build(t, f.settings, nil)); wire.NetworkError("connect", err).Code != core.CodeTLSHostname {
			t.Errorf("%q: %v", other, err)
		}
	}
}

// Settings that can't be changed, and those that are left to others.
func TestFixed(t *testing.T) {
	f := newFiles(t)
	config := build(t, f.settings, nil)
	if config.InsecureSkipVerify || config.KeyLogWriter != nil { //nolint:forbidigo // proves that they are not used
		t.Error("verification is off, or keys are written")
	}
	if config.NextProtos != nil || config.Renegotiation != tls.RenegotiateNever || config.ClientSessionCache == nil || config.VerifyConnection == nil {
		t.Errorf("%+v", config)
	}
}

// SSLKEYLOGFILE, which makes other programs write their session keys, has no effect.
func TestNoKeyLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.log")
	t.Setenv("SSLKEYLOGFILE", path)
	f := newFiles(t)
	serve(t, f.ca.ServerConfig(t)).mustDial(t, build(t, f.settings, nil))
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("session keys were written: %v", err)
	}
}

// A log is not needed.
func TestNoLog(t *testing.T) {
	if _, err := Build(core.TLSSettings{Enabled: true, Ciphers: "none"}, core.Secret{}, nil); err != nil {
		t.Error(err)
	}
}

func TestKeyWithoutCertificate(t *testing.T) {
	f := newFiles(t)
	f.settings.CertFile = ""
	refuse(t, f.settings, "", core.CodeCertificateUnreadable, "without a certificate")
}
