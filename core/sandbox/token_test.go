package sandbox

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jwt"
)

func (r *running) get(t testing.TB, path string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, r.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.do(t, req)
}

// askToken posts a token request; basic is "id:secret" before form-encoding.
func (r *running) askToken(t testing.TB, contentType, body, basic string) answer {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, r.AdminURL()+"/api/v1/auth/token", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	if id, secret, ok := strings.Cut(basic, ":"); ok {
		req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	} else if basic != "" {
		req.Header.Set("Authorization", basic)
	}
	return r.do(t, req)
}

const (
	typeJSON = "application/json"
	typeForm = "application/x-www-form-urlencoded"
)

// Both grants give a token that can be verified by JWKS and by the public key file. It
// allows uploads, unless fewer scopes were asked for (I1 from the server's side).
func TestGrants(t *testing.T) {
	r := start(t, folder(t), nil)
	id, secret := r.Profile().Auth.ClientID, r.ClientSecret().Reveal()
	inBody := "&client_id=" + url.QueryEscape(id) + "&client_secret=" + url.QueryEscape(secret)
	both, _ := json.Marshal(map[string]string{"client_id": id, "client_secret": secret})
	cases := []struct {
		name, contentType, body, basic string
		scope                          string
	}{
		{"JSON", typeJSON + "; charset=utf-8", string(both), "", "files:read files:write"},
		{"form with Basic", typeForm, "grant_type=client_credentials", id + ":" + secret, "files:read files:write"},
		{"form with Basic, ID repeated", typeForm, "grant_type=client_credentials&client_id=" + id, id + ":" + secret, "files:read files:write"},
		{"form with body", typeForm, "grant_type=client_credentials" + inBody, "", "files:read files:write"},
		{"form with less scope", typeForm, "grant_type=client_credentials&scope=files%3Aread" + inBody, "", "files:read"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := r.askToken(t, c.contentType, c.body, c.basic)
			fields := got.fields(t)
			token, _ := fields["access_token"].(string)
			if got.status != http.StatusOK || !strings.HasPrefix(token, "eyJ") || fields["token_type"] != "Bearer" || fields["expires_in"] != 1800.0 || fields["scope"] != c.scope {
				t.Fatalf("answered %d %s", got.status, got.body)
			}
			if got.header.Get("Cache-Control") != "no-store" {
				t.Error("the token may be cached by a proxy")
			}
			checkToken(t, r, token)
			want := http.StatusCreated
			if c.scope == scopeRead {
				want = http.StatusForbidden
			}
			if got := r.send(t, form{name: "a", content: []byte("x"), token: token}); got.status != want {
				t.Errorf("the upload answered %d %s, want %d", got.status, got.body, want)
			}
		})
	}
}

// checkToken verifies a token as clients do.
func checkToken(t *testing.T, r *running, token string) {
	t.Helper()
	set, err := jwk.Parse(r.get(t, "/api/v1/auth/jwks").body)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jwt.Parse([]byte(token), jwt.WithKeySet(set))
	if err != nil {
		t.Fatalf("by JWKS: %v", err)
	}
	if subject, _ := parsed.Subject(); subject != r.Profile().Auth.ClientID {
		t.Errorf("the subject is %q", subject)
	}
	pem, err := os.ReadFile(r.PublicKeyFile())
	if err != nil {
		t.Fatal(err)
	}
	key, err := jwk.ParseKey(pem, jwk.WithPEM(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := jwt.Parse([]byte(token), jwt.WithKey(jwa.RS256(), key)); err != nil {
		t.Errorf("by public key: %v", err)
	}
	if strings.Contains(string(r.get(t, "/api/v1/auth/jwks").body), `"d"`) {
		t.Error("the JWKS holds the private key")
	}
}

// Wrong requests are refused in the format of their grant, and no answer quotes a
// secret.
func TestRefusedGrants(t *testing.T) {
	r := start(t, folder(t), nil)
	id, secret := r.Profile().Auth.ClientID, r.ClientSecret().Reveal()
	const grant = "grant_type=client_credentials"
	inBody := "&client_id=" + id + "&client_secret=" + secret
	cases := []struct {
		name, contentType, body, basic string
		status                         int
		code                           string // error of RFC 6749, "" for the format {"detail":…}
		challenge                      bool
	}{
		{"wrong secret", typeJSON, `{"client_id":"` + id + `","client_secret":"wrong"}`, "", 401, "", true},
		{"wrong ID", typeJSON, `{"client_id":"x","client_secret":"` + secret + `"}`, "", 401, "", true},
		{"no secret", typeJSON, `{"client_id":"x"}`, "", 422, "", false},
		{"no ID", typeJSON, `{"client_secret":"` + secret + `"}`, "", 422, "", false},
		{"no JSON", typeJSON, secret, "", 422, "", false},
		{"number", typeJSON, `{"client_id":1,"client_secret":2}`, "", 422, "", false},
		{"too long", typeJSON, `{"client_id":"` + strings.Repeat("x", maxTokenRequest) + `"}`, "", 422, "", false},
		{"other type", "text/plain", "x", "", 415, "", false},
		{"no type", "", "x", "", 415, "", false},
		{"form: wrong secret by Basic", typeForm, grant, id + ":wrong", 401, "invalid_client", true},
		{"form: wrong secret in body", typeForm, grant + "&client_id=" + id + "&client_secret=wrong", "", 401, "invalid_client", false},
		{"form: no client", typeForm, grant, "", 401, "invalid_client", false},
		{"form: Bearer", typeForm, grant, "Bearer x", 401, "invalid_client", true},
		{"form: Basic not encoded", typeForm, grant, "Basic " + base64.StdEncoding.EncodeToString([]byte("%zz:x")), 401, "invalid_client", true},
		{"form: both", typeForm, grant + inBody, id + ":" + secret, 400, "invalid_request", false},
		{"form: twice", typeForm, grant + "&" + grant + inBody, "", 400, "invalid_request", false},
		{"form: no grant type", typeForm, strings.TrimPrefix(inBody, "&"), "", 400, "invalid_request", false},
		{"form: password grant", typeForm, "grant_type=password" + inBody, "", 400, "unsupported_grant_type", false},
		{"form: other scope", typeForm, grant + "&scope=admin" + inBody, "", 400, "invalid_scope", false},
		{"form: not a form", typeForm, "%zz", "", 400, "invalid_request", false},
		{"form: in the URL only", typeForm, "", "", 400, "invalid_request", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := r.askToken(t, c.contentType, c.body, c.basic)
			fields := got.fields(t)
			code, _ := fields["error"].(string)
			if got.status != c.status || code != c.code {
				t.Fatalf("answered %d %s, want %d %q", got.status, got.body, c.status, c.code)
			}
			if words := fields["detail"]; c.code == "" && (words == nil || words == "") {
				t.Errorf("no detail: %s", got.body)
			}
			if challenge := got.header.Get("WWW-Authenticate"); (challenge != "") != c.challenge || (c.code != "" && c.challenge && !strings.HasPrefix(challenge, "Basic ")) {
				t.Errorf("WWW-Authenticate: %q", challenge)
			}
			if strings.Contains(string(got.body), secret) {
				t.Error("the answer holds the secret")
			}
		})
	}
}

// A token that is forged, expired, or for something else does not allow uploads.
func TestTokensAreVerified(t *testing.T) {
	now := time.Now()
	r := start(t, folder(t), func(c *Config) {
		c.TokenLifetime, c.Now = time.Minute, func() time.Time { return now }
	})
	mint := func(who identity) string {
		token, err := r.tokens.issue(who, "x")
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	foreignKeys, err := loadKeyring(t.TempDir(), Config{TokenLifetime: time.Hour, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := foreignKeys.issue(identity{subject: "x", role: roleAdmin}, "x")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(mint(identity{role: roleAdmin}), ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	pem, _ := os.ReadFile(r.PublicKeyFile())
	claims, _ := jwt.NewBuilder().Claim("role", roleAdmin).Expiration(now.Add(time.Hour)).Build()
	symmetric, err := jwt.Sign(claims, jwt.WithKey(jwa.HS256(), pem))
	if err != nil {
		t.Fatal(err)
	}
	endless, _ := jwt.NewBuilder().Claim("role", roleAdmin).Build()
	noEnd, err := jwt.Sign(endless, jwt.WithKey(jwa.RS256(), r.tokens.private))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, token string
		want        int
	}{
		{"good", mint(identity{role: roleService, scopes: []string{scopeWrite}}), http.StatusCreated},
		{"admin", mint(identity{role: roleAdmin}), http.StatusCreated},
		{"read only", mint(identity{role: roleService, scopes: []string{scopeRead}}), http.StatusForbidden},
		{"no scope", mint(identity{}), http.StatusForbidden},
		{"similar scope", mint(identity{scopes: []string{"files:writes", "xfiles:write"}}), http.StatusForbidden},
		{"foreign key", foreign, http.StatusUnauthorized},
		{"alg none", none, http.StatusUnauthorized},
		{"HMAC with the public key", string(symmetric), http.StatusUnauthorized},
		{"no signature", parts[0] + "." + parts[1] + ".", http.StatusUnauthorized},
		{"no end", string(noEnd), http.StatusUnauthorized},
		{"nonsense", "nonsense", http.StatusUnauthorized},
	}
	for _, c := range cases {
		got := r.send(t, form{name: "a", content: []byte("x"), token: c.token})
		if got.status != c.want {
			t.Errorf("%s: answered %d %s, want %d", c.name, got.status, got.body, c.want)
		}
		if challenged := got.header.Get("WWW-Authenticate") != ""; challenged != (c.want == http.StatusUnauthorized) {
			t.Errorf("%s: WWW-Authenticate is %v", c.name, challenged)
		}
	}
	old := cases[0].token
	now = now.Add(2 * time.Minute)
	if got := r.send(t, form{name: "a", content: []byte("x"), token: old}); got.status != http.StatusUnauthorized {
		t.Errorf("expired: answered %d %s", got.status, got.body)
	}
}

func TestNoTokenNoUpload(t *testing.T) {
	bothVersions(t, func(t *testing.T, r *running, _ string) {
		for _, header := range []string{"", "Bearer", "Basic eDp5", "Bearer "} {
			req := r.request(t, form{name: "a", content: []byte("x"), token: "x"})
			req.Header.Set("Authorization", header)
			if status, _ := r.refusalOf(t, r.do(t, req)); status != http.StatusUnauthorized {
				t.Errorf("%q: answered %d", header, status)
			}
		}
	})
}

// Tokens stay valid after a restart. If the key is deleted, a new one is created and
// they become invalid. It has another ID, so that clients fetch the keys again.
func TestTokenKeyIsKeptAndReplaced(t *testing.T) {
	dir := folder(t)
	r := start(t, dir, nil)
	token, keys := r.signIn(t), string(r.get(t, "/api/v1/auth/jwks").body)
	r.stop()
	r = start(t, dir, nil)
	if got := r.send(t, form{name: "a", content: []byte("x"), token: token}); got.status != http.StatusCreated {
		t.Errorf("after a restart: answered %d %s", got.status, got.body)
	}
	r.stop()
	if err := os.Remove(filepath.Join(dir, "token.key")); err != nil {
		t.Fatal(err)
	}
	r = start(t, dir, nil)
	if got := r.send(t, form{name: "a", content: []byte("x"), token: token}); got.status != http.StatusUnauthorized {
		t.Errorf("with a new key: answered %d %s", got.status, got.body)
	}
	if string(r.get(t, "/api/v1/auth/jwks").body) == keys {
		t.Error("the JWKS still has the old key")
	}
	checkToken(t, r, r.signIn(t))
}

func TestDamagedSecretsAreTold(t *testing.T) {
	for _, name := range []string{"token.key", "credentials.json", "tls/ca.pem"} {
		dir := folder(t)
		start(t, dir, nil).stop()
		edit(t, filepath.Join(dir, name), func([]byte) []byte { return []byte("damaged-secret") })
		_, err := New(t.Context(), Config{Dir: dir})
		if err == nil || !strings.Contains(err.Error(), filepath.Base(name)) || !strings.Contains(err.Error(), "delete") {
			t.Errorf("%s damaged: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "damaged-secret") {
			t.Errorf("%s: the error quotes the file: %v", name, err)
		}
	}
}
