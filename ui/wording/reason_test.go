package wording

import (
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// TestReasonsAndCodesAreToldApart, since a field's reason may be either.
func TestReasonsAndCodesAreToldApart(t *testing.T) {
	for code := range messages {
		if english(t).Has("settings.reason." + string(code)) {
			t.Errorf("%s is both", code)
		}
	}
}

// TestConvertKey: the command can be pasted into a shell whatever the file is called, and
// is named with the refusal.
func TestConvertKey(t *testing.T) {
	for path, want := range map[string]string{
		"/home/me/client.key":    `openssl pkcs8 -topk8 -v2 aes-256-cbc -in '/home/me/client.key' -out '/home/me/client-pkcs8.key'`,
		"/a b!c/$x`id`\"y\\.pem": "openssl pkcs8 -topk8 -v2 aes-256-cbc -in '/a b!c/$x`id`\"y\\.pem' -out '/a b!c/$x`id`\"y\\-pkcs8.pem'",
		"/it's.key":              `openssl pkcs8 -topk8 -v2 aes-256-cbc -in '/it'\''s.key' -out '/it'\''s-pkcs8.key'`,
		`C:\Users\me\client.pem`: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in "C:\Users\me\client.pem" -out "C:\Users\me\client-pkcs8.pem"`,
	} {
		if got := ConvertKey(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	text, err := NewText("en")
	if err != nil {
		t.Fatal(err)
	}
	said := text.Reason(core.FieldError{Field: "tls.key_file", Reason: core.Reason(core.CodeKeyUnsupported), Detail: "/c.key"})
	if !strings.HasSuffix(said, "Convert it with: "+ConvertKey("/c.key")) {
		t.Error(said)
	}
}
