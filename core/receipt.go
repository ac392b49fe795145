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
	Retention  Retention         `json:"retention_policy,omitempty"` // as the server says, "" if it doesn't
	TTLDays    int               `json:"ttl_days,omitempty"`         // as the server says, or from its times; 0 if unknown
	Details    map[string]string `json:"details,omitempty"`          // the generation's other fields, as text
	HTTP       string            `json:"http_version,omitempty"`     // "HTTP/2.0", "HTTP/1.1"
	Status     int               `json:"status,omitempty"`           // HTTP status of the answer
	// Differs lists how what the server keeps differs from what was asked, nil
	// for no difference. Size and checksum are never listed: they have to match.
	Differs []Difference `json:"differs,omitempty"`
}

// Difference is a field that a server keeps differently than it was asked.
type Difference struct {
	Field string `json:"field"` // one of the Field constants
	Asked string `json:"asked"`
	Got   string `json:"got"`
}
