package sandbox

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// File is one stored file. Its row in the index and the description beside its
// content have it as JSON.
type File struct {
	ID          string          `json:"file_id"` // UUID
	Path        string          `json:"-"`       // absolute
	Name        string          `json:"name"`    // from the client; a label only
	Size        int64           `json:"size"`    // bytes
	SHA256      core.Checksum   `json:"sha256"`
	ContentType string          `json:"content_type"`
	Retention   core.Retention  `json:"retention_policy"`
	TTLDays     int             `json:"ttl_days,omitempty"`
	ExpiresAt   time.Time       `json:"expires_at,omitzero"` // UTC
	Tags        []string        `json:"tags,omitempty"`
	Description string          `json:"description,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"` // a JSON object
	Key         string          `json:"idempotency_key,omitempty"`
	UploadedAt  time.Time       `json:"uploaded_at"` // UTC
	UploadedBy  string          `json:"uploaded_by"` // the token's subject
	FinalizedAt time.Time       `json:"finalized_at,omitzero"`
	Compress    string          `json:"compress,omitempty"` // the requested algorithm, which is not used
	Direct      bool            `json:"direct,omitempty"`   // uploaded to the Storage Element, so not in the registry
}

// line is the description of the file: one line of JSON.
func (f File) line() ([]byte, error) {
	data, err := json.Marshal(f)
	return append(data, '\n'), err
}

// parseLine reads a description. One that a crash or an editor has damaged is an
// error.
func parseLine(line []byte) (File, error) {
	var f File
	if err := json.Unmarshal(line, &f); err != nil {
		return File{}, err
	}
	// The ID becomes part of a path: it has to be a UUID in canonical form.
	if !isID(f.ID) {
		return File{}, errors.New("its file_id is no UUID")
	}
	if sum, err := core.ParseChecksum(string(f.SHA256)); err != nil || sum == "" || sum != f.SHA256 {
		return File{}, errors.New("its sha256 is no checksum")
	}
	if f.Size < 0 {
		return File{}, errors.New("its size is negative")
	}
	return f, nil
}

// isID reports whether text is a file ID as the sandbox writes it.
func isID(text string) bool {
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}
