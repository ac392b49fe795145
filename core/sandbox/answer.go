package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

// writeJSON answers value. A client that has gone away hears nothing.
func writeJSON(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil { // every value is the sandbox's own
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}

// refuse answers in the shape of the server's generation, counts and logs.
func (s *Server) refuse(w http.ResponseWriter, r *refusal) {
	status, body := s.shape(r)
	s.note(w, r, status)
	writeJSON(w, status, body)
}

// shape is a refusal as the server's generation answers it.
func (s *Server) shape(r *refusal) (status int, body any) {
	if s.cfg.Generation == generation1 {
		return r.status, detail(r)
	}
	status = r.status
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest // the second generation has one status for both
	}
	return status, map[string]any{"error": map[string]string{"code": r.code, "message": r.message}}
}

// refuseDetail answers in the first generation's shape whatever the server's is.
func (s *Server) refuseDetail(w http.ResponseWriter, r *refusal) {
	s.note(w, r, r.status)
	writeJSON(w, r.status, detail(r))
}

// detail is the first generation's shape: a text, or for a bad field a list that
// says which.
func detail(r *refusal) any {
	var detail any = r.message
	if r.status == http.StatusUnprocessableEntity {
		place := []string{"body"}
		if r.field != "" {
			place = append(place, r.field)
		}
		detail = []map[string]any{{"loc": place, "msg": r.message, "type": r.kind}}
	}
	return map[string]any{"detail": detail}
}

// note does what every refusal has in common.
func (s *Server) note(w http.ResponseWriter, r *refusal, status int) {
	s.metrics.errors.WithLabelValues(r.code).Inc()
	log := s.cfg.Log.Info
	if status >= http.StatusInternalServerError && r.code != codeStopping {
		log = s.cfg.Log.Error
	}
	log("refused", "status", status, "code", r.code, "message", r.message, "err", r.err)
	if r.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(r.retryAfter))
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="sandbox"`)
	}
}

// receipt1 is the first generation's answer to an upload.
type receipt1 struct {
	FileID     string    `json:"file_id"`
	Name       string    `json:"original_filename"`
	StoredName string    `json:"storage_filename"`
	Size       int64     `json:"file_size"`
	Checksum   string    `json:"checksum"` // "sha256:<hex>"
	UploadedAt time.Time `json:"uploaded_at"`
	ExpiresAt  time.Time `json:"ttl_expires_at,omitzero"`
	ElementID  string    `json:"storage_element_id"`
	ElementURL string    `json:"storage_element_url"`
	Compressed bool      `json:"compressed"`
}

// receipt2 is the second generation's.
type receipt2 struct {
	FileID      string         `json:"file_id"`
	Name        string         `json:"original_filename"`
	ContentType string         `json:"content_type"`
	Size        int64          `json:"size"`
	Checksum    core.Checksum  `json:"checksum"`
	UploadedBy  string         `json:"uploaded_by"`
	UploadedAt  time.Time      `json:"uploaded_at"`
	Status      string         `json:"status"`
	Retention   core.Retention `json:"retention_policy"`
	TTLDays     int            `json:"ttl_days,omitempty"`
	ExpiresAt   time.Time      `json:"expires_at,omitzero"`
	Description string         `json:"description,omitempty"`
	Tags        []string       `json:"tags,omitzero"`
}

// receipt is the answer for a stored file.
func (s *Server) receipt(f File) any {
	sum := s.told(f)
	if s.cfg.Generation == generation1 {
		return receipt1{FileID: f.ID, Name: f.Name, StoredName: f.ID, Size: f.Size, Checksum: "sha256:" + string(sum),
			UploadedAt: f.UploadedAt, ExpiresAt: f.ExpiresAt, ElementID: "sandbox", ElementURL: s.url}
	}
	if s.cfg.Faults.LoseTags {
		f.Tags = []string{}
	}
	return receipt2{FileID: f.ID, Name: f.Name, ContentType: f.ContentType, Size: f.Size, Checksum: sum,
		UploadedBy: f.UploadedBy, UploadedAt: f.UploadedAt, Status: "active", Retention: f.Retention, TTLDays: f.TTLDays,
		ExpiresAt: f.ExpiresAt, Description: f.Description, Tags: f.Tags}
}
