package core

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// No way of printing a secret, or a value that contains one, shows it.
func TestSecretIsNeverPrinted(t *testing.T) {
	const value = "canary-5f2c"
	type holder struct {
		Exported Secret
		hidden   Secret
		list     []Secret
		pointer  *Secret
	}
	secret := NewSecret(value)
	h := holder{secret, secret, []Secret{secret}, &secret}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{secret, &secret, h, &h, []holder{h}, map[string]Secret{"a": secret}} {
			fmt.Fprintf(&out, verb, v)
		}
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", secret, "holder", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", secret, "holder", h)
	fmt.Fprintln(&out, secret, h)
	for _, form := range []string{value, fmt.Sprintf("%x", value)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("%q is printed", form)
		}
	}
	if secret.Reveal() != value || secret.IsZero() || !(Secret{}).IsZero() || (Secret{}).Reveal() != "" || !NewSecret("").IsZero() {
		t.Error("the value is not kept")
	}
}
