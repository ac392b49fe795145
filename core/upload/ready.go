package upload

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// readyTimeout is the time limit of the readiness call.
const readyTimeout = 15 * time.Second

// NotReady returns why the server takes no uploads, by its own checks; nil if it
// does.
func NotReady(h wire.Health) *core.Error {
	if h.Ready {
		return nil
	}
	said := h.Failing()
	if len(said) == 0 {
		said = []string{h.Status}
	}
	return &core.Error{Kind: core.KindServer, Code: core.CodeNotReady, Op: opReady, Message: "The server says that it is not ready.",
		ServerText: wire.Clean(strings.Join(said, "; ")), Outcome: core.OutcomeAnswered}
}

// Ready asks the server whether it takes uploads. It needs no token. An answer that
// it doesn't is no error; errors are *core.Error.
func (c *Client) Ready(ctx context.Context) (wire.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.readyURL, nil)
	if err != nil {
		return wire.Health{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opReady,
			Message: "The ingester's address can't be used.", Err: err}
	}
	resp, _, err := c.send(req, 0)
	if err != nil {
		return wire.Health{}, c.server.ConnectionError(ctx, opReady, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := transport.ReadAnswer(resp.Body)
	if err != nil {
		return wire.Health{}, c.server.ConnectionError(ctx, opReady, err)
	}
	r, known := wire.ReadHealth(resp.StatusCode, data)
	if !known && resp.StatusCode != http.StatusNotFound {
		e := transport.FailureOf(opReady, resp, data, false, c.cfg.Now())
		if resp.StatusCode == http.StatusOK {
			e.Code, e.Message = core.CodeAnswerInvalid, "What answers at this address is no ArtStore server."
		}
		return wire.Health{}, e
	}
	c.remember(r.HonoursKey)
	if resp.StatusCode == http.StatusNotFound {
		return wire.Health{}, &core.Error{Kind: core.KindServer, Code: core.CodeUnexpected, Op: opReady, Status: resp.StatusCode,
			Message: "The server has no health check; check the ingester's URL.", Outcome: core.OutcomeAnswered}
	}
	return r, nil
}

// HonoursKey reports whether the server refuses duplicates by Idempotency-Key, so
// that a transfer of unknown outcome may be sent again. The first definite answer is
// kept.
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
