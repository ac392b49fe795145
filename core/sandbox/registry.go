package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

// How many files a page of the Admin Module's list has: by default and at most.
const (
	registryPage    = 50
	registryMaxPage = 1000
)

// registry is GET /api/v1/files of the Admin Module: the files that the Ingester has
// registered, newest first.
func (s *Server) registry(r *http.Request) (any, error) {
	if _, err := s.verified(r); err != nil {
		return nil, err
	}
	page, err := queryNumber(r, "page", 1, 1<<31)
	if err != nil {
		return nil, err
	}
	size, err := queryNumber(r, "page_size", registryPage, registryMaxPage)
	if err != nil {
		return nil, err
	}
	files, err := s.inRegistry(r)
	if err != nil {
		return nil, err
	}
	entries := []registryEntry{}
	for _, f := range pageOf(files, (page-1)*size, size) {
		entries = append(entries, s.registryEntry(f))
	}
	return map[string]any{"files": entries, "total": len(files), "page": page, "page_size": size, "total_pages": (len(files) + size - 1) / size}, nil
}

// inRegistry returns the files that the registry knows.
func (s *Server) inRegistry(r *http.Request) ([]File, error) {
	files, err := s.vault.files(r.Context())
	var known []File
	for _, f := range s.cfg.Faults.listed(files, s.cfg.Now()) {
		if !f.Direct {
			known = append(known, f)
		}
	}
	return known, err
}

// registered is GET /api/v1/files/{file_id} of the Admin Module.
func (s *Server) registered(r *http.Request) (any, error) {
	if _, err := s.verified(r); err != nil {
		return nil, err
	}
	f, err := s.findRegistered(r, r.PathValue("file_id"), "File %s not found")
	if err != nil {
		return nil, err
	}
	return s.registryEntry(f), nil
}

// findRegistered returns a file of the registry.
func (s *Server) findRegistered(r *http.Request, id, otherwise string) (File, error) {
	if err := checkUUID("file_id", id); err != nil {
		return File{}, err
	}
	files, err := s.inRegistry(r)
	for _, f := range files {
		if f.ID == id {
			return f, nil
		}
	}
	if err == nil {
		err = missing(otherwise, id)
	}
	return File{}, err
}

// queryNumber reads a number from the query, 1 or more.
func queryNumber(r *http.Request, name string, otherwise, most int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	p := problem{Loc: []any{"query", name}, Input: text}
	switch {
	case err != nil:
		p.Type, p.Msg = "int_parsing", "Input should be a valid integer, unable to parse string as an integer"
	case n < 1:
		p.Type, p.Msg, p.Ctx = "greater_than_equal", "Input should be greater than or equal to 1", map[string]any{"ge": 1}
	case n > most:
		p.Type, p.Msg, p.Ctx = "less_than_equal", "Input should be less than or equal to "+strconv.Itoa(most), map[string]any{"le": most}
	default:
		return n, nil
	}
	return 0, invalid(p)
}

// registryEntry is an entry of the registry.
type registryEntry struct {
	FileID      string          `json:"file_id"`
	Name        string          `json:"original_filename"`
	StoredName  string          `json:"storage_filename"`
	Size        int64           `json:"file_size"`
	SHA256      core.Checksum   `json:"checksum_sha256"`
	ContentType string          `json:"content_type"`
	Description *string         `json:"description"`
	Retention   core.Retention  `json:"retention_policy"`
	ExpiresAt   *string         `json:"ttl_expires_at"`
	TTLDays     *int            `json:"ttl_days"`
	FinalizedAt *string         `json:"finalized_at"`
	ElementID   string          `json:"storage_element_id"`
	StoragePath string          `json:"storage_path"`
	Compressed  bool            `json:"compressed"`
	Compression *string         `json:"compression_algorithm"`
	Original    *int64          `json:"original_size"`
	UploadedBy  string          `json:"uploaded_by"`
	SourceIP    *string         `json:"upload_source_ip"`
	Metadata    json.RawMessage `json:"user_metadata"`
	CreatedAt   string          `json:"created_at"`
	UpdatedAt   string          `json:"updated_at"`
	DeletedAt   *string         `json:"deleted_at"`
	Reason      *string         `json:"deletion_reason"`
	IsDeleted   bool            `json:"is_deleted"`
	IsFinalized bool            `json:"is_finalized"`
	IsTemporary bool            `json:"is_temporary"`
}

func (s *Server) registryEntry(f File) registryEntry {
	at := f.UploadedAt.Format(time.RFC3339Nano)
	e := registryEntry{FileID: f.ID, Name: f.Name, StoredName: f.ID, Size: f.Size, SHA256: s.told(f), ContentType: f.ContentType,
		Description: nullable(f.Description), Retention: f.Retention, ExpiresAt: nullZulu(f.ExpiresAt), TTLDays: nullable(f.TTLDays),
		FinalizedAt: nullZulu(f.FinalizedAt), ElementID: elementOf(f), StoragePath: "/files/" + f.ID, Compressed: f.Compress != "",
		Compression: nullable(f.Compress), UploadedBy: f.UploadedBy, Metadata: json.RawMessage("{}"), CreatedAt: at, UpdatedAt: at,
		IsFinalized: !f.FinalizedAt.IsZero(), IsTemporary: f.Retention == core.RetentionTemporary}
	if f.Metadata != nil {
		e.Metadata = f.Metadata
	}
	if f.Compress != "" {
		e.Original = &f.Size
	}
	return e
}
