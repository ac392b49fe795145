package sandbox

import (
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
)

// version is the version that the servers report.
const version = "sandbox"

// readiness is the answer of GET /health/ready. With IdempotencyKey clients know
// that repeating an upload is safe.
type readiness struct {
	Status         string            `json:"status"` // "ok" or "fail"
	Checks         map[string]string `json:"checks"`
	Generation     int               `json:"generation"`
	MaxFileSize    int64             `json:"max_file_size"` // bytes
	IdempotencyKey bool              `json:"idempotency_key"`
}

// live is GET /health/live.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready is GET /health/ready. It answers 503 if nothing can be stored.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	answer := readiness{Status: "ok", Checks: map[string]string{"storage": "ok"},
		Generation: generation2, MaxFileSize: s.cfg.MaxFileSize, IdempotencyKey: true}
	status := http.StatusOK
	if err := s.healthy(); err != nil {
		answer.Status, answer.Checks["storage"], status = "fail", "fail", http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

// healthy reports why nothing can be stored, nil if files can be.
func (s *Server) healthy() error {
	err := s.vault.healthy()
	if err != nil {
		s.cfg.Log.Warn("storage is not usable", "err", err)
	}
	return err
}

// live1 is the first generation's Ingester's GET /health/live.
func (s *Server) live1(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "timestamp": s.zulu(), "version": version, "service": "ingester-module"})
}

// ready1 is the first generation's Ingester's GET /health/ready. It answers "fail"
// if neither Storage Element is up, and "degraded" if one of the two is.
func (s *Server) ready1(w http.ResponseWriter, _ *http.Request) {
	up := s.healthy() == nil && (s.cfg.Down == nil || !s.cfg.Down())
	elements, healthy := map[string]any{}, 0
	for mode, policy := range map[string]core.Retention{modeEdit: core.RetentionTemporary, modeRW: core.RetentionPermanent} {
		element := map[string]string{"endpoint": s.ElementURL(), "mode": mode, "status": "ok"}
		if up && s.hasElement(policy) {
			healthy++
		} else {
			element["status"], element["error"] = "fail", "All connection attempts failed"
		}
		elements[elementOf(File{Retention: policy})] = element
	}
	said := []string{"fail", "degraded", "ok"}[healthy]
	status := http.StatusOK
	if healthy == 0 {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, map[string]any{"status": said, "timestamp": isoformat(s.cfg.Now()),
		"checks":           map[string]string{"redis": "ok", "admin_module": "ok", "storage_elements": said},
		"storage_elements": elements,
		"summary":          map[string]any{"total_se": 2, "healthy_se": healthy, "health_percentage": percent(healthy * 50)}})
}

// adminLive1 is the Admin Module's GET /health/live.
func (s *Server) adminLive1(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "alive", "timestamp": s.zulu(), "version": version, "service": "admin-module"})
}

// adminReady1 is the Admin Module's GET /health/ready.
func (s *Server) adminReady1(w http.ResponseWriter, _ *http.Request) {
	up := func(critical bool) map[string]any { return map[string]any{"status": "up", "critical": critical} }
	writeJSON(w, http.StatusOK, map[string]any{"status": "ready", "degraded": false, "timestamp": s.zulu(), "service": "admin-module", "version": version,
		"last_check": s.zulu(), "dependencies": map[string]any{"database": up(true), "redis": up(false)}})
}

// elementLive is the first generation's Storage Element's GET /health/live.
func (s *Server) elementLive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "timestamp": isoformat(s.cfg.Now()), "checks": map[string]string{"process": "running"}})
}

// elementReady is the same element's GET /health/ready, which has another status.
func (s *Server) elementReady(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}

// live2 is the second generation's GET /health/live.
func (s *Server) live2(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok", "timestamp": s.zulu(), "version": version, "service": "storage-element"})
}

// ready2 is the second generation's GET /health/ready.
func (s *Server) ready2(w http.ResponseWriter, _ *http.Request) {
	said, disk, status := "ok", map[string]string{"status": "ok"}, http.StatusOK
	if err := s.healthy(); err != nil {
		said, status = "fail", http.StatusServiceUnavailable
		disk = map[string]string{"status": "fail", "message": "Директория данных недоступна для записи"}
	}
	writeJSON(w, status, map[string]any{"status": said, "timestamp": s.zulu(), "version": version, "service": "storage-element",
		"checks": map[string]any{"filesystem": disk, "wal": map[string]string{"status": "ok"}}})
}

// zulu is the time now, in UTC.
func (s *Server) zulu() string { return s.cfg.Now().UTC().Format(time.RFC3339Nano) }
