package wire

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Health is a server's answer to GET /health/ready, fit to be shown.
type Health struct {
	Ready       bool              // the server takes requests
	Status      string            // "ok", "ready", "degraded", "fail"
	Checks      map[string]string // the state of each part of the server, as text
	HonoursKey  bool              // the server refuses duplicates by Idempotency-Key
	MaxFileSize int64             // bytes, 0 if the server does not say
}

// Well reports whether the server says that nothing is wrong.
func (h Health) Well() bool { return h.Ready && well(h.Status) }

// well reports whether a word for a state means that all is well. Servers use several.
func well(status string) bool {
	switch strings.ToLower(status) {
	case "ok", "ready", "up", "pass", "healthy", "alive", "running":
		return true
	}
	return false
}

// Failing returns the parts of the server that are not well, as "name: state", sorted
// by name. If the server itself is well, there are none: its parts' states are then
// for information.
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

// ReadHealth reads the answer. ok says whether it is the answer of a health check.
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

// checkText returns the state of one part of a server, which is a word, or an object
// with a word and a message.
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
