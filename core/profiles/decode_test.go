package profiles

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
)

// utf16Of encodes text after a byte order mark.
func utf16Of(order binary.AppendByteOrder, text string) string {
	var data []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		data = order.AppendUint16(data, unit)
	}
	return string(data)
}

// A profile is the same however another system has written its text.
func TestForeignTexts(t *testing.T) {
	text := strings.Replace(minimal, `name = "`, `name = "Ключ `, 1) + "[tls]\nca_cert_file = \"Ünï/ca.pem\"\n"
	want, err := decode([]byte(text), "/etc")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(want.Name, "Ключ ") {
		t.Fatalf("%+v", want)
	}
	for name, written := range map[string]string{
		"UTF-8 with a mark": "\ufeff" + text,
		"UTF-16 LE":         utf16Of(binary.LittleEndian, text),
		"UTF-16 BE":         utf16Of(binary.BigEndian, text),
		"UTF-16, no mark":   utf16Of(binary.LittleEndian, text)[2:],
		"CR":                strings.ReplaceAll(text, "\n", "\r"),
		"CR LF":             strings.ReplaceAll(text, "\n", "\r\n"),
		"UTF-16 with CR":    utf16Of(binary.BigEndian, strings.ReplaceAll(text, "\n", "\r")),
		"trailing blanks":   strings.ReplaceAll(text, "\n", " \t\n"),
		"indented":          "  " + strings.ReplaceAll(text, "\n", "\n  "),
	} {
		got, err := decode([]byte(written), "/etc")
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

// TestBadFiles checks the exact messages, as administrators work with them. None may contain the value of
// a secret.
func TestBadFiles(t *testing.T) {
	const secrets = `secrets don't belong in a profile file: take it out and keep it in the keychain with ` +
		`"ingester profile set-secret", or pass it in INGESTER_CLIENT_SECRET`
	for _, tt := range []struct{ name, text, want string }{
		{"unknown key", minimal + "[tls]\nfoo = 1\n", `line 7: unknown key tls.foo`},
		{"all unknown keys", "x = 1\n" + minimal + "[y]\nz = 2\n[upload]\nttl = 3", `line 1: unknown key x; line 7: unknown key y; line 10: unknown key upload.ttl`},
		{"key of another table", "client_id = \"x\"\n" + minimal, `line 1: unknown key client_id (is auth.client_id meant?)`},
		{"wrong case", "Name = \"x\"", `line 1: unknown key Name (is name meant?)`},
		{"wrong case of a table", "[TLS]\nenabled = true", `line 1: unknown key TLS`},
		{"quoted key with a dot", `"auth.client_id" = "x"`, `line 1: unknown key "auth.client_id"`},
		{"odd key", "\"a\\u202e\\nb\" = 1", `line 1: unknown key "a\u202e\nb"`},
		{"key below a value", "name.x = 1", `line 1: unknown key name.x`},
		{"unknown in inline table", "auth = { client_id = \"x\", foo = 1 }", `line 1: unknown key auth.foo`},

		{"text wanted", "name = 3", `line 1: name must be a text in quotes`},
		{"text wanted, date given", "name = 2026-01-01", `line 1: name must be a text in quotes`},
		{"text wanted, array given", "\n[tls]\nciphers = [\"A\"]", `line 3: tls.ciphers must be a text in quotes`},
		{"text wanted, table given", "[name]\nx = 1", `line 1: name must be a text in quotes; line 2: unknown key name.x`},
		{"number wanted", "[upload]\nttl_days = \"30\"", `line 2: upload.ttl_days must be a whole number without quotes`},
		{"number wanted, fraction given", "upload.ttl_days = 3.5", `line 1: upload.ttl_days must be a whole number without quotes`},
		{"yes or no wanted", "[tls]\r\nenabled = \"yes\"\r\n", `line 2: tls.enabled must be true or false without quotes`},
		{"table wanted", "tls = true", `line 1: tls must be a table in single brackets`},
		{"array of tables", "[[tls]]\nenabled = true", `line 1: tls must be a table in single brackets`},
		{"number too large", "[upload]\nttl_days = 9223372036854775808", `line 2: decimal number is too large to fit in a 64-bit signed integer`},

		{"key twice", minimal + "client_id = \"b\"", `line 6: key client_id is already defined`},
		{"table twice", "[tls]\n[tls]", `line 2: table tls already exists`},
		{"no quotes", "name = Prod", `line 1: not TOML: unexpected character U+0050 'P' at start of value`},
		{"no end", "[auth]\nclient_id = \"x", `line 2: not TOML: unterminated basic string`},
		{"no equals sign", "name", `line 1: not TOML: expected '=' after key`},
		{"problems before the syntax", "x = 1\n[", `line 1: unknown key x; line 2: not TOML: expected key but reached end of input`},

		{"secret", minimal + `client_secret = "hunter2"`, `line 6: auth.client_secret is not allowed: ` + secrets},
		{"passphrase", "[tls]\nkey_passphrase = \"hunter2\"", `line 2: tls.key_passphrase is not allowed: ` + secrets},
		{"password", "Pass-Word = \"hunter2\"", `line 1: Pass-Word is not allowed: ` + secrets},
		{"token", "[auth]\ntoken = \"hunter2\"", `line 2: auth.token is not allowed: ` + secrets},
		{"secret in an inline table", `auth = { client_secret = "hunter2" }`, `line 1: auth.client_secret is not allowed: ` + secrets},
		{"secret in an unknown table", "[ingester]\na = 1\nclientSecret = \"hunter2\"", `line 1: unknown key ingester; line 3: ingester.clientSecret is not allowed: ` + secrets},
		{"table of secrets", "[secrets]\nx = \"hunter2\"", `line 1: secrets is not allowed: ` + secrets},
		{"secret without quotes", "[auth]\nclient_secret = hunter2", `line 2: this looks like a secret: ` + secrets},
		{"secret as in YAML", "client_secret: hunter2", `line 1: this looks like a secret: ` + secrets},
		{"secret without an end", "name = \"x\"\npassword = \"hunter2", `line 2: this looks like a secret: ` + secrets},
		{"private key", "[tls]\nkey_file = \"\"\"\n-----BEGIN PRIVATE KEY-----\nhunter2\n\"\"\"", `line 2: tls.key_file holds a private key; ` + secrets},

		{"UTF-16, cut off", "\xff\xfen\x00a", `it is UTF-16 that is cut off within a character; save it as UTF-8`},
		{"UTF-16, half a character", "\xfe\xff\xd8\x3d\x00n", `it is UTF-16 with half a character in it; save it as UTF-8`},
		{"UTF-16, NUL", "\xfe\xff\x00\n\x00\x00", `line 2: a NUL byte; this is not a text file`},
		{"UTF-16, a secret", utf16Of(binary.LittleEndian, minimal+`client_secret = "hunter2"`), `line 6: auth.client_secret is not allowed: ` + secrets},
		{"CR, a line", strings.ReplaceAll(minimal+"[tls]\nfoo = 1\n", "\n", "\r"), `line 7: unknown key tls.foo`},
		{"CR within LF", "# a\rname = \"x\"\n", `line 1: not TOML: carriage returns are not allowed in comments`},
		{"Latin-1", "# a\nname = \"Zo\xeb\"", `line 2: not UTF-8; save the file as UTF-8`},
		{"binary", "\x7fELF\x00", `line 1: a NUL byte; this is not a text file`},

		{"empty", "", `name must be 1 to 64 letters, digits, spaces, dots, dashes or underscores; admin_url is required; ` +
			`ingester_url is required; auth.client_id is required`},
		{"invalid values", strings.Replace(minimal, "https://admin", "http://u:hunter2@admin", 1) + "timeout = \"10\"\n[tls]\nkey_file = \"k\"\nidentity = \"x\"\n[upload]\nttl_days = 999\n",
			`admin_url must not hold a user name or password; auth.timeout is not a duration such as "10s": 10; ` +
				`tls.key_file is given without a certificate; tls.identity is given without a certificate; upload.ttl_days is out of range: 999 is not between 0 and 365`},
		{"plain http", strings.Replace(minimal, "https://ingester", "http://ingester", 1),
			`ingester_url uses http to another machine; use https: ingester.example:8020`},
		{"patience", minimal + "[upload]\ngive_up_after = \"for long\"", `upload.give_up_after is not a duration such as "10s": for long`},
		{"negative patience", minimal + "[upload]\ngive_up_after = \"-1h\"", `upload.give_up_after is not a duration such as "10s": -1h`},
		{"meaning of a complete upload", minimal + "[upload]\ntus_complete = \"always\"", `upload.tus_complete is not one of the allowed words: always`},
		{"storage mode", minimal + "[upload]\nstorage_mode = \"archive\"", `upload.storage_mode is neither "edit" nor "rw"; write retention_policy instead`},
		{"storage mode against policy", minimal + "[upload]\nstorage_mode = \"rw\"\nretention_policy = \"temporary\"",
			`upload.storage_mode "rw" means retention_policy "permanent", which is not what retention_policy says; remove storage_mode`},
		{"storage mode of a wrong type", "[upload]\nstorage_mode = 1", `line 2: upload.storage_mode must be a text in quotes`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, filepath.Join(t.TempDir(), "p.toml"), tt.text)
			_, err := LoadFile(path)
			message := wantCode(t, err, core.CodeProfileInvalid)
			if want := "The profile " + path + " can't be used: " + tt.want + "."; message != want {
				t.Errorf("got  %s\nwant %s", message, want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the message repeats the secret: %v", err)
			}
		})
	}
}

func TestManyProblemsAreCutShort(t *testing.T) {
	_, err := LoadFile(put(t, filepath.Join(t.TempDir(), "p.toml"), strings.Repeat("[x]\n", 1)+"[a]\n"+strings.Repeat("[b]\n", 30)))
	if message := wantCode(t, err, core.CodeProfileInvalid); !strings.HasSuffix(message, "; and 12 more.") {
		t.Error(message)
	}
}

// The time for reading the largest files depends on their size only, not on their content.
func TestLargeNonsense(t *testing.T) {
	const size = 900 << 10
	for name, tt := range map[string]struct{ text, begin string }{
		"unknown keys":      {"a = 1\n" + strings.Repeat("b = 1\n", size/6), "line 1: unknown key a; line 2: unknown key b; "},
		"unknown tables":    {strings.Repeat("[b]\n", size/4), "line 1: unknown key b; "},
		"secrets":           {strings.Repeat("pin=1\n", size/6), "line 1: pin is not allowed: "},
		"a long table":      {"[a" + strings.Repeat(".a", size/4) + "]\n" + strings.Repeat("b=1\n", size/8), "line 1: unknown key a.a.a"},
		"a long key":        {strings.Repeat("a.", size/2) + "a = 1", "line 1: unknown key a.a.a"},
		"deep tables":       {"a = " + strings.Repeat("{a=", size/4) + "1" + strings.Repeat("}", size/4), "line 1: "},
		"deep arrays":       {"a = " + strings.Repeat("[", size/2) + strings.Repeat("]", size/2), "line 1: "},
		"a broad table":     {"a = {" + strings.Repeat("b=1,", size/4) + "c=1}", "line 1: unknown key a"},
		"a known key again": {strings.Repeat("name = \"x\"\n", size/11), "line 2: key name is already defined"},
		"nothing but lines": {strings.Repeat("\n", size) + "x = 1", "line 921601: unknown key x"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadFile(put(t, filepath.Join(t.TempDir(), "p.toml"), tt.text))
			message := wantCode(t, err, core.CodeProfileInvalid)
			if _, said, _ := strings.Cut(message, "can't be used: "); !strings.HasPrefix(said, tt.begin) || len(said) > 16<<10 {
				t.Errorf("%d bytes: %.300s", len(said), said)
			}
		})
	}
}

func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	got, err := LoadFile(put(t, filepath.Join(dir, "p.toml"), minimal))
	must(t, err)
	if diff := cmp.Diff(valid("Prod"), got); diff != "" {
		t.Error(diff)
	}
}

func TestInvalidValuesComeAlong(t *testing.T) {
	got, err := LoadFile(put(t, filepath.Join(t.TempDir(), "p.toml"), strings.Replace(minimal, "sa_1", "", 1)))
	wantCode(t, err, core.CodeProfileInvalid)
	want := valid("Prod")
	want.Auth.ClientID = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEditors reads files of editors on Windows, and TOML's other forms.
func TestEditors(t *testing.T) {
	for name, text := range map[string]string{
		"byte order mark": "\xef\xbb\xbf" + minimal,
		"CRLF":            strings.ReplaceAll(minimal, "\n", "\r\n"),
		"both":            "\xef\xbb\xbf" + strings.ReplaceAll(minimal, "\n", "\r\n"),
		"comments":        "# one\n" + strings.ReplaceAll(minimal, "\n", " # more\n"),
		"no last newline": strings.TrimSpace(minimal),
		"inline table": "auth = { client_id = 'sa_1' }\nname='Prod'\nadmin_url='https://admin.example:8000'\n" +
			"ingester_url='https://ingester.example:8020'",
		"dotted keys": "auth.client_id = 'sa_1'\nname='Prod'\nadmin_url='https://admin.example:8000'\n" +
			"ingester_url='https://ingester.example:8020'",
	} {
		got, err := LoadFile(put(t, filepath.Join(t.TempDir(), "p.toml"), text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(valid("Prod"), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestStorageMode reads first-generation files; the key is never written.
func TestStorageMode(t *testing.T) {
	for text, want := range map[string]core.Retention{
		`storage_mode = "edit"`: core.RetentionTemporary,
		`storage_mode = "rw"`:   core.RetentionPermanent,
		"storage_mode = \"rw\"\nretention_policy = \"permanent\"":   core.RetentionPermanent,
		"retention_policy = \"temporary\"\nstorage_mode = \"edit\"": core.RetentionTemporary,
	} {
		dir := t.TempDir()
		p, err := LoadFile(put(t, filepath.Join(dir, "old.toml"), minimal+"[upload]\n"+text))
		must(t, err)
		if p.Upload.RetentionPolicy != want {
			t.Errorf("%s: got %q, want %q", text, p.Upload.RetentionPolicy, want)
		}
		must(t, WriteFile(filepath.Join(dir, "new.toml"), p))
		if strings.Contains(content(t, filepath.Join(dir, "new.toml")), "storage_mode") {
			t.Errorf("%s: storage_mode is written", text)
		}
	}
}

// TestPaths reads paths relative to the file, however it is named.
func TestPaths(t *testing.T) {
	dir := t.TempDir()
	text := minimal + `public_key_file = "/etc/keys/admin.pem"
[tls]
ca_cert_file = "ca.pem"
cert_file = "certs/./client.pem"
key_file = "../client.key"
`
	put(t, filepath.Join(dir, "profiles", "p.toml"), text)
	t.Chdir(dir)
	for _, path := range []string{filepath.Join(dir, "profiles", "p.toml"), "profiles/p.toml", "./profiles/../profiles/p.toml"} {
		p, err := LoadFile(path)
		must(t, err)
		got := []string{p.Auth.PublicKeyFile, p.TLS.CACertFile, p.TLS.CertFile, p.TLS.KeyFile, p.TLS.PKCS12File}
		want := []string{filepath.FromSlash("/etc/keys/admin.pem"), filepath.Join(dir, "profiles", "ca.pem"), filepath.Join(dir, "profiles", "certs", "client.pem"),
			filepath.Join(dir, "client.key"), ""}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "none.toml")
	_, err := LoadFile(missing)
	if message := wantCode(t, err, core.CodeProfileNotFound); !strings.Contains(message, missing) {
		t.Errorf("the path is not named: %s", message)
	}
	_, err = LoadFile(dir)
	if message := wantCode(t, err, core.CodeProfileInvalid); !strings.Contains(message, "not a regular file") {
		t.Error(message)
	}
	largest := minimal + strings.Repeat("#", maxSize-len(minimal))
	_, err = LoadFile(put(t, filepath.Join(dir, "largest.toml"), largest))
	must(t, err)
	_, err = LoadFile(put(t, filepath.Join(dir, "larger.toml"), largest+"#"))
	if message := wantCode(t, err, core.CodeProfileInvalid); !strings.Contains(message, "larger than 1048576 bytes") {
		t.Error(message)
	}
}
