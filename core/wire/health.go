package wire

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Health is what a server's GET /health/ready says, fit to be shown.
type Health struct {
	Ready       bool              // requests are taken
	Status      string            // "ok", "ready", "degraded", "fail"
	Checks      map[string]string // by part of the server, as text
	HonoursKey  bool              // the server refuses duplicates by Idempotency-Key
	MaxFileSize int64             // bytes, 0 where the server does not say
}

// Well reports whether the server says that nothing is amiss.
func (h Health) Well() bool { return h.Ready && well(h.Status) }

// well reports whether a word for a state is a good one. There are several.
func well(status string) bool {
	switch strings.ToLower(status) {
	case "ok", "ready", "up", "pass", "healthy", "alive", "running":
		return true
	}
	return false
}

// Failing are the parts of the server that are not well: "name: what it says",
// by name. What a server that is well says of its parts is for information.
func (h Health) Failing() []string {
	if h.Well() {
		return nil
	}
	var failing []string
	for _, name := range slices.Sorted(maps.Keys(h.Checks)) {
		if !well(h.Checks[name]) {
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
		h.Checks[Clean(name)] = Clean(checkText(raw))
	}
	return h, true
}

// checkText is what a server says of one of its parts: a word, or an object with
// one and a message.
func checkText(raw json.RawMessage) string {
	var text string
	var part struct{ Status, Message, Error string }
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &part) != nil || part.Status == "":
		return string(raw)
	case part.Message != "":
		return part.Status + " (" + part.Message + ")"
	case part.Error != "":
		return part.Status + " (" + part.Error + ")"
	}
	return part.Status
}
