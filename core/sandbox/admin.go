package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// admin1 is the first generation's Admin Module: tokens and a registry of files. It
// publishes no keys.
func (s *Server) admin1() http.Handler {
	f := s.newFastAPI()
	f.handle(http.MethodPost, "/api/v1/auth/token", s.token1)
	f.handle(http.MethodGet, "/api/v1/files", s.answers(s.registry))
	f.handle(http.MethodGet, "/api/v1/files/{file_id}", s.answers(s.registered))
	f.handle(http.MethodGet, "/health/live", s.adminLive1)
	f.handle(http.MethodGet, "/health/ready", s.adminReady1)
	return f
}

// tokenAnswer1 is the first generation's answer to a sign-in.
type tokenAnswer1 struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	IssuedAt     string `json:"issued_at"`
}

// token1 is POST /api/v1/auth/token. It accepts JSON only. A wrong secret, an expired
// secret and a suspended account get the same answer.
func (s *Server) token1(w http.ResponseWriter, r *http.Request) {
	if err := s.grant1(w, r); err != nil {
		s.refuse(w, asRefusal(err))
	}
}

func (s *Server) grant1(w http.ResponseWriter, r *http.Request) error {
	var request struct {
		ClientID     *string `json:"client_id"`
		ClientSecret *string `json:"client_secret"`
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTokenRequest))
	if err != nil {
		return err
	}
	// These answers do not quote the input: it could contain the secret.
	if !isJSON(r) {
		return invalid(problem{Type: "model_attributes_type", Loc: []any{"body"}, Msg: "Input should be a valid dictionary or object to extract fields from"})
	}
	switch err := json.Unmarshal(data, &request); {
	case err != nil:
		return invalid(problem{Type: "json_invalid", Loc: []any{"body", 0}, Msg: "JSON decode error", Input: map[string]any{}})
	case request.ClientID == nil:
		return missingField("client_id")
	case request.ClientSecret == nil:
		return missingField("client_secret")
	case s.cfg.Faults.Suspended || !s.account.match(*request.ClientID, *request.ClientSecret):
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Pragma", "no-cache")
		return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, message: "Invalid client_id or client_secret", challenge: `Bearer error="invalid_client"`}
	}
	who := identity{subject: s.account.id, name: accountName, role: s.cfg.Role}
	access, err := s.tokens.issue(who, s.account.clientID)
	if err != nil {
		return err
	}
	refresh, err := s.tokens.issue(who, s.account.clientID)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, tokenAnswer1{AccessToken: access, RefreshToken: refresh, TokenType: "Bearer",
		ExpiresIn: int64(s.cfg.TokenLifetime / time.Second), IssuedAt: s.cfg.Now().UTC().Format(time.RFC3339Nano)})
	return nil
}
