package wire

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// Health is what a server's GET /health/ready says, fit to be shown.
type Health struct {
	Ready       bool              // requests are taken
	Status      string            // "ok", "degraded", "fail"
	Checks      map[string]string // by part of the server, as text
	HonoursKey  bool              // the server refuses duplicates by Idempotency-Key
	MaxFileSize int64             // bytes, 0 where the server does not say
}

// Failing are the parts of the server that are not well: "name: what it says",
// by name.
func (h Health) Failing() []string {
	var failing []string
	for _, name := range slices.Sorted(maps.Keys(h.Checks)) {
		if h.Checks[name] != "ok" {
			failing = append(failing, Clean(name+": "+h.Checks[name]))
		}
	}
	return failing
}

// ReadHealth reads the answer; ok is whether it is one of a health check.
func ReadHealth(status int, data []byte) (h Health, ok bool) {
	if status != http.StatusOK && status != http.StatusServiceUnavailable {
		return Health{}, false
	}
	var body struct {
		Status         string                     `json:"status"`
		Checks         map[string]json.RawMessage `json:"checks"`
		IdempotencyKey bool                       `json:"idempotency_key"`
		MaxFileSize    int64                      `json:"max_file_size"`
	}
	if json.Unmarshal(data, &body) != nil || body.Status == "" {
		return Health{}, false
	}
	h = Health{
		Ready:       status == http.StatusOK && body.Status != "fail",
		Status:      Clean(body.Status),
		HonoursKey:  body.IdempotencyKey,
		MaxFileSize: body.MaxFileSize,
	}
	for name, raw := range body.Checks {
		if h.Checks == nil {
			h.Checks = map[string]string{}
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		h.Checks[Clean(name)] = Clean(text)
	}
	return h, true
}
