package sandbox

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// File is one stored file, as its row in the index and the description beside
// its content have it.
type File struct {
	ID          string          `json:"file_id"` // UUID
	Path        string          `json:"-"`       // absolute
	Name        string          `json:"name"`    // as the client said, a label only
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
	Compress    string          `json:"compress,omitempty"` // the algorithm that was asked for, and not used
	Direct      bool            `json:"direct,omitempty"`   // the Storage Element alone heard of it
}

// line is the file as a description: one line of JSON.
func (f File) line() ([]byte, error) {
	data, err := json.Marshal(f)
	return append(data, '\n'), err
}

// parseLine reads a description. What a crash or an editor has damaged
// is an error.
func parseLine(line []byte) (File, error) {
	var f File
	if err := json.Unmarshal(line, &f); err != nil {
		return File{}, err
	}
	// The ID becomes part of a path: nothing but a UUID in its one form will do.
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

// isID reports whether text is a file ID in the form that the sandbox writes.
func isID(text string) bool {
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}
