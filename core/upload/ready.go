package upload

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
)

// readyTimeout is the time limit of the readiness call.
const readyTimeout = 15 * time.Second

// Readiness is what GET /health/ready says.
type Readiness struct {
	Ready       bool              // uploads are taken
	Status      string            // "ok", "degraded", "fail"; "" where the server does not say
	Checks      map[string]string // by part of the server, as text
	HonoursKey  bool              // the server refuses duplicates by Idempotency-Key
	MaxFileSize int64             // bytes, 0 where the server does not say
}

// Problem is why the server takes no uploads, in the words of its checks; nil
// where it does.
func (r Readiness) Problem() *core.Error {
	if r.Ready {
		return nil
	}
	var said []string
	for _, name := range slices.Sorted(maps.Keys(r.Checks)) {
		if r.Checks[name] != "ok" {
			said = append(said, name+": "+r.Checks[name])
		}
	}
	if len(said) == 0 {
		said = []string{r.Status}
	}
	return &core.Error{Kind: core.KindServer, Code: core.CodeNotReady, Op: opReady, Message: "The server says that it is not ready.",
		ServerText: transport.Clean(strings.Join(said, "; ")), Outcome: core.OutcomeAnswered}
}

// Ready asks the server whether it takes uploads. It needs no token. A server
// that says no is an answer, not an error; errors are *core.Error.
func (c *Client) Ready(ctx context.Context) (Readiness, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.readyURL, nil)
	if err != nil {
		return Readiness{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opReady,
			Message: "The ingester's address can't be used.", Err: err}
	}
	resp, _, err := c.send(req, 0)
	if err != nil {
		return Readiness{}, c.server.LineError(ctx, opReady, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := transport.ReadAnswer(resp.Body)
	if err != nil {
		return Readiness{}, c.server.LineError(ctx, opReady, err)
	}
	r, known := parseReadiness(resp.StatusCode, data)
	if !known && resp.StatusCode != http.StatusNotFound {
		e := transport.FailureOf(opReady, resp, data, false, c.cfg.Now())
		if resp.StatusCode == http.StatusOK {
			e.Code, e.Message = core.CodeAnswerInvalid, "What answers at this address is no ArtStore server."
		}
		return Readiness{}, e
	}
	c.remember(r.HonoursKey)
	if resp.StatusCode == http.StatusNotFound {
		return Readiness{}, &core.Error{Kind: core.KindServer, Code: core.CodeUnexpected, Op: opReady, Status: resp.StatusCode,
			Message: "The server has no health check; check the ingester's URL.", Outcome: core.OutcomeAnswered}
	}
	return r, nil
}

// parseReadiness reads the answer; known is whether it is one of a health
// check.
func parseReadiness(status int, data []byte) (r Readiness, known bool) {
	if status != http.StatusOK && status != http.StatusServiceUnavailable {
		return Readiness{}, false
	}
	var body struct {
		Status         string                     `json:"status"`
		Checks         map[string]json.RawMessage `json:"checks"`
		IdempotencyKey bool                       `json:"idempotency_key"`
		MaxFileSize    int64                      `json:"max_file_size"`
	}
	if json.Unmarshal(data, &body) != nil || body.Status == "" {
		return Readiness{}, false
	}
	r = Readiness{
		Ready:       status == http.StatusOK && body.Status != "fail",
		Status:      transport.Clean(body.Status),
		HonoursKey:  body.IdempotencyKey,
		MaxFileSize: body.MaxFileSize,
	}
	for name, raw := range body.Checks {
		if r.Checks == nil {
			r.Checks = map[string]string{}
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		r.Checks[transport.Clean(name)] = transport.Clean(text)
	}
	return r, true
}

// HonoursKey reports whether the server refuses duplicates by
// Idempotency-Key, so that a transfer whose outcome is unknown may be sent
// again. The first definite answer is kept.
func (c *Client) HonoursKey(ctx context.Context) (bool, error) {
	if known := c.remembered(); known != nil {
		return *known, nil
	}
	r, err := c.Ready(ctx)
	if known := c.remembered(); known != nil {
		return *known, nil
	}
	return r.HonoursKey, err
}

func (c *Client) remembered() *bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.honours
}

func (c *Client) remember(honours bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.honours = &honours
}
