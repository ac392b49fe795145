package diagnose

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// admin replaces the token server's handlers.
func admin(token, jwks func(*world) http.HandlerFunc) func(*testing.T, *world) {
	return func(t *testing.T, w *world) {
		w.admin = serve(t, w.serverTLS(t))
		w.admin.HandleFunc("POST /api/v1/auth/token", token(w))
		if jwks != nil {
			w.admin.HandleFunc("GET /api/v1/auth/jwks", jwks(w))
		}
		w.profile.AdminURL = w.admin.URL
	}
}

func always(h http.HandlerFunc) func(*world) http.HandlerFunc {
	return func(*world) http.HandlerFunc { return h }
}

func signed(claims map[string]any) func(*world) http.HandlerFunc {
	return func(w *world) http.HandlerFunc { return w.token(claims) }
}

func ownKeys(w *world) http.HandlerFunc { return answer(http.StatusOK, w.signer.jwks()) }

func TestSignInFails(t *testing.T) {
	stranger := newSigner(t)
	for _, tt := range []struct {
		name   string
		change func(*testing.T, *world)
		step   string
		code   core.Code
		text   string
	}{
		{"wrong secret", func(_ *testing.T, w *world) {
			w.cfg.Secret = func(context.Context) (core.Secret, error) { return core.NewSecret("wrong"), nil }
		}, Token, core.CodeSignInRefused, "401: Invalid client credentials"},
		{"no secret", func(_ *testing.T, w *world) { w.cfg.Secret = nil }, Token, core.CodeSecretMissing, "No client secret is set"},
		{"empty secret", func(_ *testing.T, w *world) {
			w.cfg.Secret = func(context.Context) (core.Secret, error) { return core.Secret{}, nil }
		}, Token, core.CodeSecretMissing, "INGESTER_CLIENT_SECRET"},
		{"account disabled", admin(always(answer(http.StatusForbidden, `{"detail":"Service account is disabled"}`)), nil),
			Token, core.CodeSignInDisabled, "Service account is disabled"},
		{"captive portal", admin(always(answer(http.StatusOK, "<html>Welcome to our Wi-Fi</html>")), nil),
			Token, core.CodeTokenInvalid, "login page"},
		{"redirect", admin(always(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://login.example/", http.StatusFound)
		}), nil), Token, core.CodeRedirect, "login.example"},
		{"gateway down", admin(always(answer(http.StatusBadGateway, "<html>")), nil), Token, core.CodeServerFailure, "502"},
		{"unknown grant", func(_ *testing.T, w *world) { w.profile.Auth.Grant = "password" }, Token, core.CodeProfileInvalid, "auth.grant"},
		{"no client ID", func(_ *testing.T, w *world) { w.profile.Auth.ClientID = "" }, Token, core.CodeProfileInvalid, "auth.client_id"},
		{"forged token", admin(signed(map[string]any{"scope": "files:write"}), func(*world) http.HandlerFunc { return answer(http.StatusOK, stranger.jwks()) }),
			Signature, core.CodeTokenUntrusted, "no key of the token server has signed it"},
		{"no keys where the profile says", func(t *testing.T, w *world) {
			admin(signed(nil), nil)(t, w)
			w.profile.Auth.JWKSURL = w.admin.URL + "/api/v1/auth/jwks"
		}, Signature, core.CodeTokenUntrusted, "404; check auth.jwks_url"},
		{"keys server down", admin(signed(nil), func(*world) http.HandlerFunc { return answer(http.StatusServiceUnavailable, "") }),
			Signature, core.CodeServerBusy, "503"},
		{"expired token", admin(signed(map[string]any{"scope": "files:write", "exp": time.Now().Add(-time.Hour).Unix()}), ownKeys),
			Signature, core.CodeTokenUntrusted, "check the clock"},
		{"token of the future", admin(signed(map[string]any{"scope": "files:write", "nbf": time.Now().Add(time.Hour).Unix()}), ownKeys),
			Signature, core.CodeTokenUntrusted, "claim nbf lies in the future"},
		{"bound to another certificate", admin(signed(map[string]any{"scope": "files:write", "cnf": map[string]any{"x5t#S256": "AAAA"}}), ownKeys),
			Signature, core.CodeTokenUntrusted, "bound to another client certificate"},
		{"no files:write", admin(signed(map[string]any{"scope": "files:read"}), ownKeys), Permission, core.CodeScopeMissing, "files:write"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newWorld(t, tt.change).run(t)
			o.fails(t, core.TargetAdmin, tt.step, tt.code, tt.text)
			if tt.step != Token {
				o.wants(t, core.TargetAdmin, Token, core.StepOK, "signed in as "+testID)
			}
			if tt.step == Permission {
				o.wants(t, core.TargetAdmin, Signature, core.StepOK, "JWKS")
			}
			o.wants(t, core.TargetIngester, Ready, core.StepOK)
			if want := o.step(t, core.TargetAdmin, tt.step).Err; o.err != want {
				t.Errorf("error %v, not %v", o.err, want)
			}
		})
	}
}

func TestTokensThatAreTaken(t *testing.T) {
	opaque := func(more string) func(*testing.T, *world) {
		return admin(always(answer(http.StatusOK, `{"access_token":"opaque-canary-token","token_type":"Bearer","expires_in":300`+more+`}`)), nil)
	}
	off := func(scope string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			admin(signed(map[string]any{"scope": scope}), nil)(t, w)
			w.profile.Auth.JWKSURL = "none"
		}
	}
	for _, tt := range []struct {
		name                  string
		change                func(*testing.T, *world)
		signature, permission core.StepStatus
		texts                 [2]string
	}{
		{"role admin", admin(signed(map[string]any{"role": "admin"}), ownKeys), core.StepOK, core.StepOK, [2]string{"verified", "role admin"}},
		{"role user", admin(signed(map[string]any{"role": "user"}), ownKeys), core.StepOK, core.StepOK, [2]string{"verified", "the token does not tell; the ingester decides"}},
		{"no keys published", admin(signed(map[string]any{"role": "user"}), nil), core.StepOK, core.StepOK, [2]string{"not verified: the token server publishes no keys", "the ingester decides"}},
		{"list of roles", admin(signed(map[string]any{"role": []string{"user", "admin"}}), ownKeys), core.StepOK, core.StepOK, [2]string{"verified", "role admin"}},
		{"list of scopes", admin(signed(map[string]any{"scopes": []string{"files:write"}}), ownKeys), core.StepOK, core.StepOK, [2]string{"verified", "(files:write)"}},
		{"opaque", opaque(""), core.StepOK, core.StepOK, [2]string{"opaque", "the ingester decides"}},
		{"opaque with scopes", opaque(`,"scope":"files:write"`), core.StepOK, core.StepOK, [2]string{"opaque", "files:write"}},
		{"verification off", off("files:write"), core.StepWarning, core.StepOK, [2]string{"auth.jwks_url", "files:write"}},
		{"verification off, other scopes", off("files:read"), core.StepWarning, core.StepWarning, [2]string{"not verified", "scopes are files:read"}},
		{"key file", func(t *testing.T, w *world) {
			admin(signed(map[string]any{"scope": "files:write"}), nil)(t, w)
			der := must[[]byte](t)(x509.MarshalPKIXPublicKey(w.signer.key.Public()))
			w.profile.Auth.PublicKeyFile = w.dir + "/token-key.pem"
			coretest.WriteFile(t, w.profile.Auth.PublicKeyFile, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		}, core.StepOK, core.StepOK, [2]string{"the key in token-key.pem", "files:write"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newWorld(t, tt.change).run(t)
			o.wants(t, core.TargetAdmin, Signature, tt.signature, tt.texts[0])
			o.wants(t, core.TargetAdmin, Permission, tt.permission, tt.texts[1])
			if o.err != nil {
				t.Errorf("error %v", o.err)
			}
		})
	}
}

func TestOAuth2(t *testing.T) {
	w := newWorld(t, func(t *testing.T, w *world) {
		w.admin = serve(t, w.serverTLS(t))
		w.admin.HandleFunc("POST /realms/x/token", func(rw http.ResponseWriter, r *http.Request) {
			if id, secret, _ := r.BasicAuth(); id != testID || secret != testSecret {
				answer(http.StatusUnauthorized, `{"error":"invalid_client"}`)(rw, r)
				return
			}
			answer(http.StatusOK, `{"access_token":"opaque-canary-token","token_type":"Bearer","expires_in":300}`)(rw, r)
		})
		w.profile.AdminURL, w.profile.Auth.TokenURL = "", w.admin.URL+"/realms/x/token"
		w.profile.Auth.Grant = core.GrantOAuth2
	})
	o := w.run(t)
	o.passes(t)
	o.wants(t, core.TargetAdmin, Token, core.StepOK, "signed in as "+testID, "5m0s")
}
