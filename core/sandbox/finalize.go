package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// maxFinalizeRequest is the longest body of a finalise request, in bytes.
const maxFinalizeRequest = 1 << 20

// cleanupAfter is when the temporary copy of a finalised file is deleted.
const cleanupAfter = 24 * time.Hour

// The statuses of a transaction.
const (
	statusCopying    = "copying"
	statusCopied     = "copied"
	statusVerifying  = "verifying"
	statusCompleted  = "completed"
	statusFailed     = "failed"
	statusRolledBack = "rolled_back"
)

// transaction makes a temporary file permanent.
type transaction struct {
	id, fileID     string
	status         string
	begun, ended   time.Time
	message        string
	source, target string // Storage Elements
}

// finalizer keeps the transactions, in memory only: a restart forgets them.
type finalizer struct {
	mu           sync.Mutex
	transactions map[string]transaction
}

func (f *finalizer) keep(x transaction) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.transactions == nil {
		f.transactions = map[string]transaction{}
	}
	f.transactions[x.id] = x
}

func (f *finalizer) find(id string) (transaction, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, found := f.transactions[id]
	return x, found
}

// finalize is POST /api/v1/finalize/{file_id}. It copies the file while the client
// waits, and answers 202 whether that worked or not.
func (s *Server) finalize(w http.ResponseWriter, r *http.Request) {
	x, err := s.runFinalize(w, r)
	if err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	answer := map[string]any{"transaction_id": x.id, "file_id": x.fileID, "status": x.status, "source_storage_element_id": x.source,
		"target_storage_element_id": x.target, "checksum_verified": false, "finalized_at": nil, "new_storage_path": nil,
		"cleanup_scheduled_at": nil, "error_message": nullable(x.message)}
	if x.status == statusCompleted {
		answer["checksum_verified"], answer["new_storage_path"] = true, "/files/"+x.fileID
		answer["finalized_at"], answer["cleanup_scheduled_at"] = isoformat(x.ended), isoformat(x.ended.Add(cleanupAfter))
	}
	writeJSON(w, http.StatusAccepted, answer)
}

func (s *Server) runFinalize(w http.ResponseWriter, r *http.Request) (transaction, error) {
	said, wrong := finalizeFields(http.MaxBytesReader(w, r.Body, maxFinalizeRequest))
	if _, err := s.bearer(r); err != nil {
		return transaction{}, err
	}
	if wrong != nil {
		return transaction{}, wrong
	}
	file, err := s.findRegistered(r, r.PathValue("file_id"), "File %s not found in registry")
	if err != nil {
		return transaction{}, err
	}
	if file.Retention != core.RetentionTemporary {
		return transaction{}, &refusal{status: http.StatusBadRequest, code: codeValidation,
			message: fmt.Sprintf("File %s is not temporary (retention_policy=%s)", file.ID, file.Retention)}
	}
	if !s.hasElement(core.RetentionPermanent) {
		// The real module fails to validate its own answer.
		return transaction{}, &refusal{status: http.StatusServiceUnavailable, code: codeStorageFull, message: "Finalization failed: 1 validation error for " +
			"FinalizeResponse\ntarget_storage_element_id\n  Input should be a valid string [type=string_type, input_value=None, input_type=NoneType]"}
	}
	x := transaction{id: uuid.NewString(), fileID: file.ID, status: statusCopying, begun: s.cfg.Now().UTC(), source: elementOf(file), target: "se-rw-01"}
	s.finals.keep(x)
	s.cfg.Log.Info("finalising", "file_id", x.fileID, "transaction_id", x.id)
	failed := s.copy(r.Context(), file, said, &x)
	x.ended, x.status = s.cfg.Now().UTC(), statusCompleted
	if failed != nil {
		x.message, x.status = failed.Error(), statusRolledBack
	}
	s.finals.keep(x)
	if failed != nil {
		x.status = statusFailed // in this answer; the status query says that it was rolled back
	}
	return x, nil
}

// copy makes a file permanent. Its error is the text that the client gets.
func (s *Server) copy(ctx context.Context, file File, said fields, x *transaction) error {
	for _, status := range []string{statusCopied, statusVerifying, statusCompleted} {
		if s.cfg.Finalize != nil && s.cfg.Finalize(file, status) != status {
			return fmt.Errorf("Failed to upload to target SE: 500") //nolint:staticcheck // the server's own words
		}
		x.status = status
		s.finals.keep(*x)
	}
	if s.cfg.Down != nil && s.cfg.Down() {
		return fmt.Errorf("All connection attempts failed") //nolint:staticcheck // the server's own words
	}
	if !isASCII(file.Name) {
		return fmt.Errorf("Failed to download from source SE: 500") //nolint:staticcheck // the server's own words
	}
	sum, err := sumFile(file.Path)
	if err != nil {
		return fmt.Errorf("Failed to download from source SE: 404") //nolint:staticcheck // the server's own words
	}
	if sum != file.SHA256 {
		return fmt.Errorf("Checksum mismatch: source=%s, target=%s", file.SHA256, sum) //nolint:staticcheck // the server's own words
	}
	file.Retention, file.TTLDays = core.RetentionPermanent, 0
	file.ExpiresAt, file.FinalizedAt = time.Time{}, s.cfg.Now().UTC().Truncate(time.Microsecond)
	if said.description != "" {
		file.Description = said.description
	}
	if said.metadata != nil {
		file.Metadata = said.metadata
	}
	return s.vault.update(ctx, file)
}

// finalizeFields reads the request's optional JSON.
func finalizeFields(body io.Reader) (fields, error) {
	said := defaultFields()
	data, err := io.ReadAll(body)
	if err != nil || len(data) == 0 {
		return said, err
	}
	var request struct {
		Description string          `json:"description"`
		Metadata    json.RawMessage `json:"metadata"`
		Target      string          `json:"target_storage_element_id"`
	}
	if err := json.Unmarshal(data, &request); err != nil {
		return said, invalid(problem{Type: "json_invalid", Loc: []any{"body", 0}, Msg: "JSON decode error", Input: map[string]any{}, Ctx: map[string]any{"error": err.Error()}})
	}
	if utf8.RuneCountInString(request.Description) > core.MaxDescriptionLength {
		return said, invalid(problem{Type: "string_too_long", Loc: []any{"body", "description"}, Input: request.Description,
			Msg: "String should have at most 1000 characters", Ctx: map[string]any{"max_length": core.MaxDescriptionLength}})
	}
	var object map[string]json.RawMessage
	if len(request.Metadata) > 0 && json.Unmarshal(request.Metadata, &object) != nil {
		return said, invalid(problem{Type: "dict_type", Loc: []any{"body", "metadata"}, Msg: "Input should be a valid dictionary", Input: request.Metadata})
	}
	said.description = request.Description
	if object != nil {
		said.metadata = request.Metadata
	}
	return said, nil
}

// done is how much of a transaction is done.
func (x transaction) done() percent {
	switch x.status {
	case statusCopying:
		return 25
	case statusCopied:
		return 50
	case statusVerifying:
		return 75
	case statusCompleted:
		return 100
	}
	return 0
}

// finalizeStatus is GET /api/v1/finalize/{transaction_id}/status.
func (s *Server) finalizeStatus(r *http.Request) (any, error) {
	x, err := s.findTransaction(r)
	return map[string]any{"transaction_id": x.id, "file_id": x.fileID, "status": x.status, "progress_percent": x.done(),
		"created_at": isoformat(x.begun), "completed_at": nullTime(x.ended), "error_message": nullable(x.message)}, err
}

func (s *Server) findTransaction(r *http.Request) (transaction, error) {
	if _, err := s.bearer(r); err != nil {
		return transaction{}, err
	}
	id := r.PathValue("transaction_id")
	if err := checkUUID("transaction_id", id); err != nil {
		return transaction{}, err
	}
	x, found := s.finals.find(id)
	if !found {
		return transaction{}, missing("Transaction %s not found", id)
	}
	return x, nil
}
