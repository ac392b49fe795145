package sandbox

import "net/http"

// readiness is the answer of GET /health/ready. IdempotencyKey tells clients
// that a repeated upload is safe.
type readiness struct {
	Status         string            `json:"status"` // "ok" or "fail"
	Checks         map[string]string `json:"checks"`
	Generation     int               `json:"generation"`
	MaxFileSize    int64             `json:"max_file_size"` // bytes
	IdempotencyKey bool              `json:"idempotency_key"`
}

// live answers as long as the process can.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers 503 once nothing can be stored any more.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	answer := readiness{Status: "ok", Checks: map[string]string{"storage": "ok"},
		Generation: s.cfg.Generation, MaxFileSize: s.cfg.MaxFileSize, IdempotencyKey: true}
	status := http.StatusOK
	if err := s.vault.healthy(); err != nil {
		s.cfg.Log.Warn("storage is not usable", "err", err)
		answer.Status, answer.Checks["storage"], status = "fail", "fail", http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}
