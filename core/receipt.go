package core

import "time"

// Receipt is what the server said about a stored file, in one form for both
// generations of ArtStore. Its checksum has been compared with ours.
type Receipt struct {
	FileID     string            `json:"file_id"` // UUID
	Name       string            `json:"name"`    // original_filename
	Size       int64             `json:"size"`    // bytes
	SHA256     Checksum          `json:"sha256"`
	UploadedAt time.Time         `json:"uploaded_at"`                // UTC
	ExpiresAt  time.Time         `json:"expires_at,omitzero"`        // UTC, zero for permanent files
	Retention  Retention         `json:"retention_policy,omitempty"` // as the server says, "" where it doesn't
	TTLDays    int               `json:"ttl_days,omitempty"`         // likewise, or by its times; 0 where unknown
	Details    map[string]string `json:"details,omitempty"`          // the generation's other fields, as text
	HTTP       string            `json:"http_version,omitempty"`     // "HTTP/2.0", "HTTP/1.1"
	Status     int               `json:"status,omitempty"`           // HTTP status of the answer
	// Differs is what the server did otherwise than it was asked, nil for
	// nothing. Size and checksum are never among it: those have to fit.
	Differs []Difference `json:"differs,omitempty"`
}

// Difference is one thing that a server did otherwise than it was asked.
type Difference struct {
	Field string `json:"field"` // one of the Field names, as the upload call has them
	Asked string `json:"asked"`
	Got   string `json:"got"`
}
