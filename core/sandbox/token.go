package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxTokenRequest is the longest body of a token request, in bytes.
const maxTokenRequest = 64 << 10

// accountName is the name of the sandbox's one account.
const accountName = "ingester-sandbox"

// grantScopes are the scopes of the account. It gets all of them if it asks for none.
func grantScopes() []string { return []string{scopeRead, scopeWrite} }

// token is POST /api/v1/auth/token. By content type it is ArtStore's own JSON form
// or the client credentials grant of RFC 6749 §4.4.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxTokenRequest)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json":
		s.tokenJSON(w, r)
	case "application/x-www-form-urlencoded":
		s.tokenForm(w, r)
	default:
		s.refuseDetail(w, &refusal{status: http.StatusUnsupportedMediaType, code: codeMediaType,
			message: "a token request is application/json or application/x-www-form-urlencoded"})
	}
}

// isJSON reports whether a request says that its body is JSON.
func isJSON(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind == "application/json"
}

// tokenAnswer is the successful answer to both forms (RFC 6749 §5.1).
type tokenAnswer struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type"`
	ExpiresIn   int64     `json:"expires_in"` // seconds
	Scope       string    `json:"scope"`
	IssuedAt    time.Time `json:"issued_at"`
}

func (s *Server) grant(w http.ResponseWriter, scopes []string) error {
	token, err := s.tokens.issue(identity{subject: s.account.clientID, name: accountName, role: s.cfg.Role, scopes: scopes}, s.account.clientID)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, tokenAnswer{AccessToken: token, TokenType: "Bearer",
		ExpiresIn: int64(s.cfg.TokenLifetime / time.Second), Scope: strings.Join(scopes, " "), IssuedAt: s.cfg.Now().UTC()})
	return nil
}

// tokenJSON is ArtStore's own form. Its errors look like the first generation's
// with every generation.
func (s *Server) tokenJSON(w http.ResponseWriter, r *http.Request) {
	var request struct {
		ClientID     *string `json:"client_id"`
		ClientSecret *string `json:"client_secret"`
	}
	data, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(data, &request)
	}
	switch {
	case err != nil:
		// The parser's error is not passed on: it could quote the secret.
		s.refuseDetail(w, badField("", "json_invalid", "the body is not a JSON object with client_id and client_secret"))
	case request.ClientID == nil:
		s.refuseDetail(w, badField("client_id", "missing", "client_id is required"))
	case request.ClientSecret == nil:
		s.refuseDetail(w, badField("client_secret", "missing", "client_secret is required"))
	case s.cfg.Faults.Suspended || !s.account.match(*request.ClientID, *request.ClientSecret):
		s.refuseDetail(w, &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, message: "Invalid client credentials"})
	default:
		if err := s.grant(w, grantScopes()); err != nil {
			s.refuseDetail(w, &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "the token could not be signed", err: err})
		}
	}
}

// oauthError is an error answer of RFC 6749 §5.2.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
	challenge   bool   // the client used Basic, so the answer names it
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func invalidRequest(description string) *oauthError {
	return &oauthError{status: http.StatusBadRequest, Code: "invalid_request", Description: description}
}

// tokenForm is the grant of RFC 6749 §4.4.
func (s *Server) tokenForm(w http.ResponseWriter, r *http.Request) {
	scopes, err := s.formGrant(r)
	if err == nil {
		if err = s.grant(w, scopes); err == nil {
			return
		}
	}
	var refused *oauthError
	if !errors.As(err, &refused) {
		s.cfg.Log.Error("token could not be signed", "err", err)
		refused = &oauthError{status: http.StatusInternalServerError, Code: "server_error", Description: "the token could not be signed"}
	}
	s.metrics.errors.WithLabelValues(strings.ToUpper(refused.Code)).Inc()
	s.cfg.Log.Info("token refused", "status", refused.status, "error", refused.Code)
	if refused.challenge {
		w.Header().Set("WWW-Authenticate", `Basic realm="sandbox", charset="UTF-8"`)
	}
	writeJSON(w, refused.status, refused)
}

// formGrant checks a request and returns the scopes that are granted.
func (s *Server) formGrant(r *http.Request) ([]string, error) {
	// Only what is in the body counts: URLs end up in logs (§2.3.1).
	if err := r.ParseForm(); err != nil {
		return nil, invalidRequest("the body can't be read as a form")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 {
			return nil, invalidRequest("the parameter " + clip(name) + " is there more than once")
		}
	}
	grantType := r.PostForm.Get("grant_type")
	if grantType == "" {
		return nil, invalidRequest("grant_type is required")
	}
	if err := s.authenticateClient(r); err != nil {
		return nil, err
	}
	if grantType != "client_credentials" {
		return nil, &oauthError{status: http.StatusBadRequest, Code: "unsupported_grant_type", Description: "only client_credentials is supported"}
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	if len(scopes) == 0 {
		return grantScopes(), nil
	}
	for _, scope := range scopes {
		if !slices.Contains(grantScopes(), scope) {
			return nil, &oauthError{status: http.StatusBadRequest, Code: "invalid_scope",
				Description: "the scopes are " + strings.Join(grantScopes(), " ")}
		}
	}
	return scopes, nil
}

// authenticateClient reads the credentials from the Authorization header or from
// the body. Both at once are refused (§2.3).
func (s *Server) authenticateClient(r *http.Request) error {
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	basic := r.Header.Get("Authorization") != ""
	if basic {
		if secret != "" {
			return invalidRequest("the client authenticates in the header and in the body")
		}
		var err error
		if id, secret, err = basicCredentials(r); err != nil {
			return &oauthError{status: http.StatusUnauthorized, Code: "invalid_client", Description: err.Error(), challenge: true}
		}
	}
	if s.cfg.Faults.Suspended || !s.account.match(id, secret) {
		return &oauthError{status: http.StatusUnauthorized, Code: "invalid_client", Description: "wrong client ID or secret", challenge: basic}
	}
	return nil
}

// basicCredentials reads the header. Both parts are form-encoded (§2.3.1).
func basicCredentials(r *http.Request) (id, secret string, err error) {
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", "", errors.New("the Authorization header is not HTTP Basic")
	}
	id, errID := url.QueryUnescape(user)
	secret, errSecret := url.QueryUnescape(password)
	if errID != nil || errSecret != nil {
		return "", "", errors.New("the client's credentials are not form-encoded")
	}
	return id, secret, nil
}

// clip shortens a client's text that an answer quotes.
func clip(text string) string {
	const most = 64
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
