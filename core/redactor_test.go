package core

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const planted = `pl4nted/s3cret+of&the="client"? é`

// encodings lists ways in which a server or a library may write a text.
var encodings = map[string]func(string) string{
	"as it is":  func(s string) string { return s },
	"query":     url.QueryEscape,
	"query, %%": func(s string) string { return strings.ToLower(url.QueryEscape(s)) },
	"path":      url.PathEscape,
	"JSON":      func(s string) string { out, _ := json.Marshal(s); return string(out) },
	"ASCII":     func(s string) string { return strings.ReplaceAll(plainJSON(s), "é", `\u00e9`) },
	"PHP":       func(s string) string { return strings.ReplaceAll(plainJSON(s), "/", `\/`) },
	"Go":        func(s string) string { return fmt.Sprintf("%q", s) },
	"Go, ASCII": func(s string) string { return fmt.Sprintf("%+q", s) },
	"Go, bytes": func(s string) string { return strings.ReplaceAll(fmt.Sprintf("%q", s), "é", `\xc3\xa9`) },
	"HTML":      html.EscapeString,
	"hex":       func(s string) string { return hex.EncodeToString([]byte(s)) },
	"HEX":       func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"base64":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64url": func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"Basic":     func(s string) string { return base64.StdEncoding.EncodeToString([]byte("sa_1:" + url.QueryEscape(s))) },
}

func plainJSON(s string) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return strings.TrimSpace(out.String())
}

// A secret is found in every encoding, at any position in the encoded text, and by its beginning if it is
// cut off. The text around it stays.
func TestRedactorFindsSecrets(t *testing.T) {
	token := strings.Repeat("eyJhbGciOiJSUzI1NiJ9.t0ken-of_the.server", 3)
	for _, secret := range []string{planted, token} {
		r := NewRedactor(NewSecret(secret), NewSecret("another secret"))
		for name, encode := range encodings {
			for _, before := range []string{"", "x", "id", "id:", "sa_x:"} {
				for _, after := range []string{"", "!", "y,", "end"} {
					got := r.Redact("it said (" + encode(before+secret+after) + "), twice")
					if name == "query, %%" {
						secret := strings.ToLower(secret)
						got = NewRedactor(NewSecret(secret)).Redact("it said (" + encode(before+secret+after) + "), twice")
					}
					if !strings.HasPrefix(got, "it said (") || !strings.HasSuffix(got, "), twice") || strings.Count(got, redacted) != 1 || len(got) > 60 {
						t.Errorf("%s of %q: %q", name, before+secret+after, got)
					}
				}
				cut := encode(before + secret)
				for _, n := range []int{10, 12, 20} { // characters of the secret
					whole := len(encode(before + secret[:n]))
					if got := r.Redact(cut[:min(whole+2, len(cut))]); name != "query, %%" && !strings.Contains(got, redacted) {
						t.Errorf("%s of %q cut after %d: %q", name, before, n, got)
					}
				}
			}
		}
	}
}

// Text that is no secret stays, whatever secrets are known.
func TestRedactorLeavesTheRest(t *testing.T) {
	r := NewRedactor(NewSecret(planted), NewSecret("hunter2"), NewSecret("ab"), Secret{})
	for _, text := range []string{
		"", "pl4nted", "pl4nted is a word", "hunter", "706c346e", "cGw0bnRl", "The server refused the access token.",
		"Basic authentication is needed", "Bearer token", `\`, "%", "&", "&amp", `\u`, `\x7`, "%7",
		strings.Repeat("a", 1000), base64.StdEncoding.EncodeToString([]byte("something else, long enough to be anything")),
	} {
		if got := r.Redact(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
		if got := (*Redactor)(nil).Redact(text); got != text {
			t.Errorf("nil: %q became %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"hunter2":                             redacted,
		"is (hunter2)? hunter2":               "is (" + redacted + ")? " + redacted,
		"cab":                                 "c" + redacted,
		hex.EncodeToString([]byte("hunter2")): redacted,
		"Authorization: Bearer somebody-elses-token-0123456789, x": "Authorization: Bearer " + redacted + ", x",
	} {
		if got := r.Redact(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	(*Redactor)(nil).Learn(NewSecret("x"))
}

// However many tokens a program has had, the newest and those used again are known.
func TestRedactorForgetsTheOldest(t *testing.T) {
	r := NewRedactor()
	var wg sync.WaitGroup
	for i := range 10 * maxKnown {
		wg.Go(func() { r.Learn(NewSecret(fmt.Sprintf("token number %d of many", i))) })
	}
	wg.Wait()
	r.Learn(NewSecret("the client secret"))
	for i := range maxKnown - 1 {
		r.Learn(NewSecret(fmt.Sprintf("later token %d", i)), NewSecret("the client secret"))
	}
	if len(r.known) != maxKnown {
		t.Errorf("%d are known", len(r.known))
	}
	for _, text := range []string{"the client secret", "later token 62"} {
		if got := r.Redact(text); got != redacted {
			t.Errorf("%q became %q", text, got)
		}
	}
}
