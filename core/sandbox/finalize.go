package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// maxFinalizeRequest is the longest body of a finalise request, in bytes.
const maxFinalizeRequest = 1 << 20

// The statuses of a transaction. It goes one step with every question after it:
// a client sees them all, however seldom it asks.
const (
	statusCopying    = "copying"
	statusCopied     = "copied"
	statusVerifying  = "verifying"
	statusCompleted  = "completed"
	statusFailed     = "failed"
	statusRolledBack = "rolled_back"
)

// transaction is the way of one temporary file to a permanent one.
type transaction struct {
	ID      string `json:"transaction_id"` // UUID
	FileID  string `json:"file_id"`
	Status  string `json:"status"`
	Percent int    `json:"progress_percent"`
	Message string `json:"error_message,omitempty"`

	Description string          `json:"description,omitempty"` // "" leaves it
	Metadata    json.RawMessage `json:"metadata,omitempty"`    // nil leaves it
}

// ended reports whether the status is for good.
func (x *transaction) ended() bool {
	return x.Status == statusCompleted || x.Status == statusFailed || x.Status == statusRolledBack
}

// next is the status after status, and how much is done by then.
func next(status string) (string, int) {
	switch status {
	case statusCopying:
		return statusCopied, 50
	case statusCopied:
		return statusVerifying, 75
	default:
		return statusCompleted, 100
	}
}

// finalizer keeps the transactions, each a file of its own in finalize/.
type finalizer struct {
	dir string

	mu sync.Mutex // held through a step: there is one at a time
}

func openFinalizer(dir string) (*finalizer, error) {
	f := &finalizer{dir: filepath.Join(dir, "finalize")}
	return f, os.MkdirAll(f.dir, privateDir)
}

func (f *finalizer) path(id string) string { return filepath.Join(f.dir, id+descriptionSuffix) }

func (f *finalizer) save(x *transaction) error {
	data, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return writePrivate(f.path(x.ID), data)
}

// load returns a transaction, nil where there is none.
func (f *finalizer) load(id string) (*transaction, error) {
	if !isID(id) { // it becomes part of a path
		return nil, nil
	}
	data, err := os.ReadFile(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x := &transaction{}
	if err := json.Unmarshal(data, x); err != nil {
		return nil, &refusal{status: http.StatusInternalServerError, code: codeInternal, message: "the transaction is damaged", err: err}
	}
	return x, nil
}

// underWay returns the transaction of a file that has not ended, nil where there
// is none.
func (f *finalizer) underWay(fileID string) (*transaction, error) {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if x, err := f.load(strings.TrimSuffix(e.Name(), descriptionSuffix)); err != nil || x != nil && x.FileID == fileID && !x.ended() {
			return x, err
		}
	}
	return nil, nil
}

// finalize is POST /api/v1/finalize/{file_id}. Asked again while a transaction is
// under way it answers that one.
func (s *Server) finalize(w http.ResponseWriter, r *http.Request) {
	x, err := s.beginFinalize(w, r)
	if err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	writeJSON(w, http.StatusAccepted, map[string]string{"transaction_id": x.ID, "file_id": x.FileID, "status": x.Status})
}

func (s *Server) beginFinalize(w http.ResponseWriter, r *http.Request) (*transaction, error) {
	if _, err := s.authorise(r, scopeWrite); err != nil {
		return nil, err
	}
	said, err := finalizeFields(http.MaxBytesReader(w, r.Body, maxFinalizeRequest))
	if err != nil {
		return nil, err
	}
	s.finals.mu.Lock()
	defer s.finals.mu.Unlock()
	file, err := s.stored(r.PathValue("file_id"))
	if err != nil {
		return nil, err
	}
	if file.Retention != core.RetentionTemporary {
		return nil, &refusal{status: http.StatusBadRequest, code: codeValidation, message: "the file is not temporary, or already finalised"}
	}
	if x, err := s.finals.underWay(file.ID); x != nil || err != nil {
		return x, err
	}
	x := &transaction{ID: uuid.NewString(), FileID: file.ID, Status: statusCopying, Percent: 25,
		Description: said.description, Metadata: said.metadata}
	s.cfg.Log.Info("finalising", "file_id", x.FileID, "transaction_id", x.ID)
	return x, s.finals.save(x)
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
	}
	if err := json.Unmarshal(data, &request); err != nil {
		return said, badField("request", "value_error", "the body is not the JSON of a finalise request")
	}
	if err := said.set("description", request.Description); err != nil {
		return said, err
	}
	if string(request.Metadata) == "null" {
		return said, nil
	}
	return said, said.set("metadata", string(request.Metadata))
}

// finalizeStatus is GET /api/v1/finalize/{transaction_id}/status. It answers
// where the transaction stands, then lets it go on.
func (s *Server) finalizeStatus(w http.ResponseWriter, r *http.Request) {
	x, err := s.advance(r)
	if err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"transaction_id": x.ID, "file_id": x.FileID, "status": x.Status,
		"progress_percent": x.Percent, "error_message": x.Message})
}

// advance returns where a transaction stood, having taken the next step.
func (s *Server) advance(r *http.Request) (transaction, error) {
	if _, err := s.authorise(r, scopeRead, scopeWrite); err != nil {
		return transaction{}, err
	}
	s.finals.mu.Lock()
	defer s.finals.mu.Unlock()
	x, err := s.finals.load(r.PathValue("transaction_id"))
	if err != nil {
		return transaction{}, err
	}
	if x == nil {
		return transaction{}, &refusal{status: http.StatusNotFound, code: codeNotFound, message: "no transaction has this ID"}
	}
	if x.ended() {
		return *x, nil
	}
	before := *x
	if err = s.step(x); err == nil {
		err = s.finals.save(x)
	}
	return before, err
}

// step takes a transaction one step further. The file is permanent before the
// transaction says so; killed between, the step is taken once more.
func (s *Server) step(x *transaction) error {
	file, found, err := s.vault.get(x.FileID)
	if err != nil {
		return err
	}
	status, percent := next(x.Status)
	if s.cfg.Finalize != nil && found {
		status = s.cfg.Finalize(file, status)
	}
	switch {
	case !found:
		status, x.Message = statusFailed, "the file is gone"
	case status == statusFailed || status == statusRolledBack:
		x.Message = "the copy could not be made"
	case status == statusCompleted:
		sum, err := sumFile(file.Path)
		if err == nil && sum != file.SHA256 {
			status, x.Message = statusRolledBack, "the content is not what was stored"
		} else if err == nil {
			err = s.keepForGood(file, x)
		}
		if err != nil {
			return err
		}
	}
	if x.Status = status; x.Message == "" {
		x.Percent = percent
	}
	return nil
}

// keepForGood makes a file permanent.
func (s *Server) keepForGood(file File, x *transaction) error {
	file.Retention, file.TTLDays = core.RetentionPermanent, 0
	file.ExpiresAt = time.Time{}
	if x.Description != "" {
		file.Description = x.Description
	}
	if x.Metadata != nil {
		file.Metadata = x.Metadata
	}
	return s.vault.update(file)
}
