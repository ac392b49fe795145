package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v3/jwt"

	"github.com/artstore/ingester/core"
)

// retryNoStorage is the Retry-After where no element takes a file, in seconds.
const retryNoStorage = 30

// ingester1 is the first generation's Ingester Module.
func (s *Server) ingester1() http.Handler {
	f := s.newFastAPI()
	f.handle(http.MethodPost, "/api/v1/files/upload", s.upload1)
	f.handle(http.MethodGet, "/api/v1/files/{$}", s.answers(s.uploads1))
	f.handle(http.MethodGet, "/api/v1/files", f.redirect) // net/http would answer with another text
	f.handle(http.MethodPost, "/api/v1/finalize/{file_id}", s.finalize)
	f.handle(http.MethodGet, "/api/v1/finalize/{transaction_id}/status", s.answers(s.finalizeStatus))
	f.handle(http.MethodGet, "/health/live", s.live1)
	f.handle(http.MethodGet, "/health/ready", s.ready1)
	f.mux.Handle("GET /metrics", s.metrics.handler())
	return f
}

// verified returns who sends a request. Every role may do everything.
func (s *Server) verified(r *http.Request) (identity, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return identity{}, &refusal{status: http.StatusForbidden, code: codeUnauthorized, message: "Not authenticated"}
	}
	who, err := s.tokens.verify(strings.TrimSpace(token))
	switch {
	case errors.Is(err, jwt.TokenExpiredError()):
		err = &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, message: "JWT token has expired", err: err}
	case err != nil:
		err = badSignature(err)
	}
	return who, err
}

// bearer is verified with the key of the Ingester and its elements.
func (s *Server) bearer(r *http.Request) (identity, error) {
	who, err := s.verified(r)
	if err == nil && s.cfg.Faults.OtherKey {
		err = badSignature(nil)
	}
	return who, err
}

func badSignature(err error) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: codeUnauthorized, message: "Invalid JWT token: Signature verification failed", err: err}
}

// uploads1 is GET /api/v1/files/, which the real module does not implement. It
// checks the token.
func (s *Server) uploads1(r *http.Request) (any, error) {
	who, err := s.bearer(r)
	return map[string]string{"message": "Not implemented yet", "user": who.name}, err
}

// upload1 is POST /api/v1/files/upload. It reads the body to its end before it
// checks the token. Errors that the authors did not expect are a bare 500.
func (s *Server) upload1(w http.ResponseWriter, r *http.Request) {
	s.receive(w, r, (*receiving).run1, func(f File) any { return s.receipt1(f) })
}

func (u *receiving) run1(_ http.ResponseWriter, r *http.Request) (File, error) {
	s := u.server
	defer func() { u.file.discard() }() // does nothing once the file is kept
	values, err := u.readForm1(r)
	if err != nil {
		return File{}, err
	}
	who, err := s.bearer(r)
	if err != nil {
		return File{}, err
	}
	if u.file == nil {
		return File{}, missingField("file")
	}
	if err := u.fields.ask1(values); err != nil {
		return File{}, err
	}
	u.policy = string(u.fields.retention)
	u.file.UploadedBy = who.subject
	u.file.seal()
	u.fields.describe(&u.file.File, s.cfg.Now())
	s.cfg.Faults.change(&u.file.File, "")
	if err := s.storable1(u.file.File, who); err != nil {
		return File{}, err
	}
	file := u.file.File
	return file, u.file.keep(r.Context())
}

// readForm1 is readForm with the first generation's error.
func (u *receiving) readForm1(r *http.Request) (map[string]string, error) {
	values, err := u.readForm(r)
	if errors.Is(err, errForm) {
		err = &refusal{status: http.StatusBadRequest, code: codeValidation, message: "There was an error parsing the body", err: err}
	}
	return values, err
}

// ask1 reads the fields of an upload. The module has no tags. It says that it
// compresses, but does not.
func (f *fields) ask1(values map[string]string) error {
	if text := values["ttl_days"]; text != "" {
		days, err := strconv.Atoi(text)
		if err != nil {
			return invalid(problem{Type: "int_parsing", Loc: []any{"body", "ttl_days"}, Input: text,
				Msg: "Input should be a valid integer, unable to parse string as an integer"})
		}
		f.ttlDays = orElse(days, core.DefaultTTLDays)
	}
	if text := values["metadata"]; text != "" {
		if !json.Valid([]byte(text)) {
			return &refusal{status: http.StatusBadRequest, code: codeValidation, message: "Invalid JSON in metadata field"}
		}
		f.metadata = json.RawMessage(text)
	}
	f.retention = core.Retention(orElse(values["retention_policy"], string(core.RetentionTemporary)))
	f.description = values["description"]
	switch strings.ToLower(values["compress"]) {
	case "true", "1", "on", "yes", "y", "t":
		f.compress = orElse(values["compression_algorithm"], "gzip")
	}
	return f.check1()
}

// check1 refuses what the module's own models refuse, in errors it does not catch.
func (f *fields) check1() error {
	var object map[string]json.RawMessage
	switch {
	case f.retention != core.RetentionTemporary && f.retention != core.RetentionPermanent:
		return bare("retention_policy %q", clip(string(f.retention)))
	case f.ttlDays < 1 || f.ttlDays > core.MaxTTLDays:
		return bare("ttl_days %d", f.ttlDays)
	case utf8.RuneCountInString(f.description) > core.MaxDescriptionLength:
		return bare("the description is too long")
	case f.compress != "" && f.compress != "gzip" && f.compress != "brotli" && f.compress != "none":
		return bare("compression_algorithm %q", clip(f.compress))
	case f.metadata != nil && json.Unmarshal(f.metadata, &object) != nil:
		return bare("metadata is no object")
	}
	if object == nil {
		f.metadata = nil
	}
	return nil
}

// storable1 refuses a file that has arrived whole.
func (s *Server) storable1(f File, who identity) error {
	if f.Size > s.cfg.MaxFileSize {
		return bare("File size %d exceeds limit %d", f.Size, s.cfg.MaxFileSize)
	}
	if room := s.cfg.Faults.Room; room > 0 && f.Size > room || !s.hasElement(f.Retention) {
		said := fmt.Sprintf("No available Storage Element for retention_policy=%s, file_size=%d bytes", f.Retention, f.Size)
		return &refusal{status: http.StatusServiceUnavailable, code: codeStorageFull, message: said, retryAfter: retryNoStorage,
			body: map[string]any{"detail": said, "error_type": "NoAvailableStorageException", "retry_after": retryNoStorage}}
	}
	return s.writable1(f, who)
}

// receipt1 is the first generation's answer to an upload.
type receipt1 struct {
	FileID     string         `json:"file_id"`
	Name       string         `json:"original_filename"`
	StoredName string         `json:"storage_filename"`
	Size       int64          `json:"file_size"`
	Compressed bool           `json:"compressed"`
	Ratio      *float64       `json:"compression_ratio"`
	Checksum   core.Checksum  `json:"checksum"`
	UploadedAt string         `json:"uploaded_at"`
	ElementURL string         `json:"storage_element_url"`
	Retention  core.Retention `json:"retention_policy"`
	ExpiresAt  *string        `json:"ttl_expires_at"`
	ElementID  string         `json:"storage_element_id"`
}

func (s *Server) receipt1(f File) receipt1 {
	return receipt1{FileID: f.ID, Name: f.Name, StoredName: f.Name, Size: f.Size, Compressed: f.Compress != "", Checksum: s.told(f),
		UploadedAt: isoformat(f.UploadedAt), ElementURL: s.ElementURL(), Retention: f.Retention, ExpiresAt: nullTime(f.ExpiresAt),
		ElementID: elementOf(f)}
}
