package profiles

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// TestRoundTrip writes and reads every field.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	p12 := full("Archiv Süd", dir)
	p12.TLS.PKCS12File, p12.TLS.CertFile, p12.TLS.KeyFile = filepath.Join(dir, "a", "b.p12"), "", ""
	off := full("off", dir)
	off.TLS.Enabled = false
	for _, p := range []core.Profile{full("Prod", dir), p12, off, valid("short")} {
		path := filepath.Join(dir, p.Name+".toml")
		must(t, WriteFile(path, p))
		got, err := LoadFile(path)
		must(t, err)
		if diff := cmp.Diff(p, got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestFullIsFull fails if a new field is missing in full or files.
func TestFullIsFull(t *testing.T) {
	p, plain := full("x", "/p"), core.NewProfile("")
	p.TLS.PKCS12File, p.TLS.Enabled = "/p/x", false
	var walk func(prefix string, a, b reflect.Value)
	named := map[string]bool{}
	for _, f := range files(&p) {
		named[f.key] = true
	}
	walk = func(prefix string, a, b reflect.Value) {
		for i := range a.NumField() {
			key := prefix + strings.Split(a.Type().Field(i).Tag.Get("toml"), ",")[0]
			if a.Field(i).Kind() == reflect.Struct {
				walk(key+".", a.Field(i), b.Field(i))
				continue
			}
			if a.Field(i).Equal(b.Field(i)) {
				t.Errorf("%s has its default", key)
			}
			if strings.HasSuffix(key, "_file") && !named[key] {
				t.Errorf("%s is not taken for a file", key)
			}
		}
	}
	walk("", reflect.ValueOf(p), reflect.ValueOf(plain))
}

// TestWritten checks the text of a file: the order of the keys, relative paths, and no secret.
func TestWritten(t *testing.T) {
	dir := t.TempDir()
	p := full("Prod", dir)
	p.TLS.KeyFile = "/etc/client.key"
	must(t, WriteFile(filepath.Join(dir, "p.toml"), p))
	want := header + `name = 'Prod'
admin_url = 'https://admin.example:8000'
ingester_url = 'https://ingester.example:8020'

[auth]
grant = 'oauth2'
client_id = 'sa_"prod"\reports'
client_auth = 'body'
token_url = 'https://login.example/token'
scope = "files:write\tfiles:read"
jwks_url = 'none'
public_key_file = 'keys/admin.pem'
timeout = '1m30s'

[tls]
enabled = true
ca_cert_file = 'ca.pem'
cert_file = "Zoë's client.pem"
key_file = '/etc/client.key'
pkcs12_file = ''
identity = 'scanner 2026'
protocol_version = 'TLSv1.2'
ciphers = 'ECDHE-RSA-AES256-GCM-SHA384:TLS_AES_256_GCM_SHA384'
server_name = 'ingester.internal'

[upload]
retention_policy = 'permanent'
ttl_days = 365
concurrency = 256
bandwidth_limit = '1.5 MiB/s'
protocol = 'tus'
http_version = '1.1'
tus_url = 'https://ingester.example:8020/tus/'
give_up_after = '90m'
tus_complete = 'stored'

[metrics]
listen = '127.0.0.1:9464'
`
	if diff := cmp.Diff(want, content(t, filepath.Join(dir, "p.toml"))); diff != "" {
		t.Error(diff)
	}
}

// TestUnwritable: a profile that could not be read back is refused, and the good file stays.
func TestUnwritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.toml")
	must(t, WriteFile(path, valid("Prod")))
	before := content(t, path)
	for want, spoil := range map[string]func(*core.Profile){
		"auth.client_id is required":                   func(p *core.Profile) { p.Auth.ClientID = "" },
		"tls.cert_file is a path that is not UTF-8":    func(p *core.Profile) { p.TLS.CertFile = "/etc/Zo\xeb.pem" },
		"it is larger than 1048576 bytes":              func(p *core.Profile) { p.Auth.Scope = strings.Repeat("x", maxSize) },
		"it holds text that a profile file can't hold": func(p *core.Profile) { p.Auth.Scope = "\xff" },
		"auth.scope holds a private key":               func(p *core.Profile) { p.Auth.Scope = "-----BEGIN PRIVATE KEY-----" },
		"name must be 1 to 64 letters, digits, spac":   func(p *core.Profile) { p.Name = "../x" },
	} {
		p := valid("Prod")
		spoil(&p)
		if message := wantCode(t, WriteFile(path, p), core.CodeProfileInvalid); !strings.Contains(message, want) {
			t.Errorf("got %s, want %s", message, want)
		}
		if content(t, path) != before {
			t.Fatalf("%s: the good file was touched", want)
		}
	}
}
