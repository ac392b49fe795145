package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

// writeJSON answers value. That the client has gone away is no error.
func writeJSON(w http.ResponseWriter, status int, value any) {
	data, err := json.Marshal(value)
	if err != nil { // can't happen: every value is the sandbox's own
		http.Error(w, "the answer could not be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)+1))
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n'))
}

// answers is the handler that answers what find returns for a request.
func (s *Server) answers(find func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, err := find(r)
		if err != nil {
			s.refuse(w, asRefusal(err))
			return
		}
		writeJSON(w, http.StatusOK, found)
	}
}

// refuse answers, counts and logs a refusal.
func (s *Server) refuse(w http.ResponseWriter, r *refusal) {
	status, body := s.shape(r)
	s.note(w, r, status)
	if s.cfg.Generation == generation1 && status == http.StatusInternalServerError && !r.told {
		http.Error(w, "Internal Server Error", status)
		return
	}
	writeJSON(w, status, body)
}

// shape returns a refusal as the server's generation answers it.
func (s *Server) shape(r *refusal) (status int, body any) {
	if s.cfg.Generation == generation1 {
		return r.status, detail(r)
	}
	status = r.status
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest // the second generation has no 422
	}
	return status, map[string]any{"error": map[string]string{"code": r.code, "message": r.message}}
}

// refuseDetail answers as the first generation does, with every generation.
func (s *Server) refuseDetail(w http.ResponseWriter, r *refusal) {
	s.note(w, r, r.status)
	writeJSON(w, r.status, detail(r))
}

// detail is the first generation's answer: a text, or a list that names the bad
// field.
func detail(r *refusal) any {
	if r.problem != nil {
		return map[string]any{"detail": []problem{*r.problem}}
	}
	if r.body != nil {
		return r.body
	}
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

// challenge is the WWW-Authenticate of a 401.
func (s *Server) challenge() string {
	if s.cfg.Generation == generation1 {
		return "Bearer"
	}
	return `Bearer realm="sandbox"`
}

// note counts and logs a refusal and sets the headers of its answer.
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
		w.Header().Set("WWW-Authenticate", orElse(r.challenge, s.challenge()))
	}
}

// receipt2 is the second generation's answer to an upload, and an entry of its
// list.
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
	TTLDays     *int           `json:"ttl_days"`   // null for permanent files
	ExpiresAt   *time.Time     `json:"expires_at"` // null for permanent files
	Description string         `json:"description,omitempty"`
	Tags        []string       `json:"tags,omitzero"`
}

// receipt describes a stored file to the client.
func (s *Server) receipt(f File) receipt2 {
	r := receipt2{FileID: f.ID, Name: f.Name, ContentType: f.ContentType, Size: f.Size, Checksum: s.told(f),
		UploadedBy: f.UploadedBy, UploadedAt: f.UploadedAt, Status: "active", Retention: f.Retention,
		Description: f.Description, Tags: f.Tags}
	if f.Retention == core.RetentionTemporary {
		r.TTLDays, r.ExpiresAt = &f.TTLDays, &f.ExpiresAt
	}
	if s.cfg.Faults.LoseTags {
		r.Tags = []string{}
	}
	return r
}
