package profiles

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// minimal is the shortest profile file that can be used.
const minimal = `name = "Prod"
admin_url = "https://admin.example:8000"
ingester_url = "https://ingester.example:8020"
[auth]
client_id = "sa_1"
`

// full returns a profile in which no field has its default.
func full(name, dir string) core.Profile {
	return core.Profile{
		Name: name, AdminURL: "https://admin.example:8000", IngesterURL: "https://ingester.example:8020",
		Auth: core.AuthSettings{
			Grant: core.GrantOAuth2, ClientID: `sa_"prod"\reports`, ClientAuth: core.ClientAuthBody,
			TokenURL: "https://login.example/token", Scope: "files:write\tfiles:read", JWKSURL: "none",
			PublicKeyFile: filepath.Join(dir, "keys", "admin.pem"), Timeout: "1m30s",
		},
		TLS: core.TLSSettings{
			Enabled: true, CACertFile: filepath.Join(dir, "ca.pem"), CertFile: filepath.Join(dir, "Zoë's client.pem"),
			KeyFile: filepath.Join(filepath.Dir(dir), "elsewhere", "client.key"), ProtocolVersion: core.TLSv12,
			Ciphers: "ECDHE-RSA-AES256-GCM-SHA384:TLS_AES_256_GCM_SHA384", ServerName: "ingester.internal", Identity: "scanner 2026",
		},
		Upload: core.UploadSettings{
			RetentionPolicy: core.RetentionPermanent, TTLDays: 365, Concurrency: 256, BandwidthLimit: "1.5 MiB/s",
			Protocol: core.ProtocolTus, HTTPVersion: core.HTTP11, TusURL: "https://ingester.example:8020/tus/", TusComplete: core.TusCompleteStored, GiveUpAfter: "90m",
		},
		Metrics: core.MetricsSettings{Listen: "127.0.0.1:9464"},
	}
}

// valid returns a profile with as few settings as possible.
func valid(name string) core.Profile {
	p := core.NewProfile(name)
	p.AdminURL, p.IngesterURL, p.Auth.ClientID = "https://admin.example:8000", "https://ingester.example:8020", "sa_1"
	return p
}

// put writes a file and returns its path.
func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wantCode checks that err is a configuration error with the code, and returns its message.
func wantCode(t *testing.T, err error, code core.Code) string {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := core.AsError(err)
	if e.Kind != core.KindConfig || e.Code != code || e.Op == "" {
		t.Fatalf("got %s/%s (%s), want config/%s: %v", e.Kind, e.Code, e.Op, code, err)
	}
	return e.Message
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
