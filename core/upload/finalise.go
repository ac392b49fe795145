package upload

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
	"github.com/artstore/ingester/core/wire"
)

// opFinalise is the operation's name in errors.
const opFinalise = "make file permanent"

const (
	// callTimeout is the time limit of one short call.
	callTimeout = 30 * time.Second
	// copyTimeout is the time limit of the first call, which some servers answer
	// only once the file is copied.
	copyTimeout = 15 * time.Minute
	// The status is asked for at growing intervals.
	firstPoll = 500 * time.Millisecond
	lastPoll  = 10 * time.Second
	// pollsLost is how many questions in a row may fail.
	pollsLost = 5
)

// Finalise makes a temporary file permanent, as o says, and returns once the server
// says that it is. step is called with every change on the way. Only the first
// generation of ArtStore has this call. Errors are *core.Error:
// CodeFinaliseUnsupported if the server has no such call, CodeFinaliseFailed if it
// gave up, CodeFinalisedBefore if the file was permanent already and o would have
// changed its description.
func (c *Client) Finalise(ctx context.Context, fileID string, o core.FinaliseOptions, step func(core.Finalisation)) error {
	request, err := finaliseRequest(o)
	if err != nil {
		return err
	}
	begun, err := c.transaction(ctx, http.MethodPost, c.root+"/api/v1/finalize/"+url.PathEscape(fileID), request, copyTimeout)
	switch {
	case isPermanent(err) && !o.IsZero():
		step(core.Finalisation{Status: "completed", Percent: 100})
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinalisedBefore, Op: opFinalise, Outcome: core.OutcomeAnswered, Status: http.StatusBadRequest,
			Message: "The file is permanent already; what is said about it can't be changed any more.", ServerText: core.AsError(err).ServerText}
	case isPermanent(err):
		begun = transaction{Status: "completed"} // by an earlier call whose answer was lost
	case err != nil:
		return err
	}
	if begun.ID == "" && begun.Status != "completed" {
		return &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: opFinalise, Outcome: core.OutcomeAnswered,
			Message: "The server began to make the file permanent but did not say how to follow it."}
	}
	return c.follow(ctx, begun, step)
}

// finaliseRequest returns the body of the first call, nil if o is empty.
func finaliseRequest(o core.FinaliseOptions) ([]byte, error) {
	if o.IsZero() {
		return nil, nil
	}
	body, err := json.Marshal(struct {
		Description string          `json:"description,omitempty"`
		Metadata    json.RawMessage `json:"metadata,omitempty"`
		Target      string          `json:"target_storage_element_id,omitempty"`
	}(o))
	if err != nil {
		return nil, &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Op: opFinalise, Message: "What is said about the file can't be sent.", Err: err}
	}
	return body, nil
}

// isPermanent reports whether a server refuses to finalise a file because it is
// permanent. The server says "not temporary", and there are only two kinds.
func isPermanent(err error) bool {
	e := core.AsError(err)
	return e != nil && e.Status == http.StatusBadRequest && slices.ContainsFunc([]string{"not temporary", "already final", "retention_policy=permanent"},
		func(words string) bool { return strings.Contains(strings.ToLower(e.ServerText), words) })
}

// follow asks for the transaction's status until it has ended.
func (c *Client) follow(ctx context.Context, at transaction, step func(core.Finalisation)) error {
	address := c.root + "/api/v1/finalize/" + url.PathEscape(at.ID) + "/status"
	lost, still := 0, time.Duration(0) // questions in a row without an answer; how long nothing has changed
	for wait := firstPoll; ; wait = min(2*wait, lastPoll) {
		switch at.Status {
		case "completed":
			step(core.Finalisation{Status: at.Status, Percent: 100})
			return nil
		case "failed", "rolled_back":
			return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseFailed, Op: opFinalise, Outcome: core.OutcomeAnswered,
				Message: "The server could not make the file permanent; it is still there as a temporary one.", ServerText: wire.Clean(at.Message)}
		}
		if still >= copyTimeout {
			return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseFailed, Op: opFinalise, Outcome: core.OutcomeAnswered,
				Message: "The server has got no further with making the file permanent for " + still.Round(time.Minute).String() + "; ask again later."}
		}
		step(core.Finalisation{Status: at.Status, Percent: int(min(max(at.Percent, 0), 100))})
		if err := c.cfg.sleep(ctx, wait); err != nil {
			return wire.NetworkError(opFinalise, err)
		}
		still += wait
		next, err := c.transaction(ctx, http.MethodGet, address, nil, callTimeout)
		switch kind := core.AsError(err); {
		case err == nil:
			if next.Status != at.Status || next.Percent != at.Percent {
				still = 0
			}
			at.Status, at.Percent, at.Message, lost = next.Status, next.Percent, next.Message, 0
		case kind.Kind == core.KindNetwork && ctx.Err() == nil || kind.Status >= http.StatusInternalServerError || kind.Status == http.StatusTooManyRequests:
			if lost++; lost >= pollsLost {
				return err
			}
		default:
			return err
		}
	}
}

// transaction is the answer to both calls.
type transaction struct {
	ID      string  `json:"transaction_id"`
	Status  string  `json:"status"`
	Percent float64 `json:"progress_percent"` // some servers count with fractions
	Message string  `json:"error_message"`
}

// transaction makes one call, with a JSON body if there is one.
func (c *Client) transaction(ctx context.Context, method, address string, body []byte, limit time.Duration) (transaction, error) {
	token, err := c.cfg.Tokens.Token(ctx)
	if err != nil {
		return transaction{}, transport.TokenError(opFinalise, err)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return transaction{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opFinalise,
			Message: "The ingester's address can't be used.", Err: err}
	}
	req.GetBody = nil // net/http must not repeat the request by itself
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
	resp, _, err := c.send(req, 0)
	if err != nil {
		return transaction{}, c.server.ConnectionError(ctx, opFinalise, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := transport.ReadAnswer(resp.Body)
	if err != nil {
		return transaction{}, c.server.ConnectionError(ctx, opFinalise, err)
	}
	if resp.StatusCode/100 != 2 {
		return transaction{}, c.notFinalised(resp, data, token)
	}
	var t transaction
	if err := json.Unmarshal(data, &t); err != nil || t.Status == "" {
		return transaction{}, &core.Error{Kind: core.KindServer, Code: core.CodeAnswerInvalid, Op: opFinalise, Status: resp.StatusCode,
			Message: "The server's answer is not the JSON object that it should be.", Err: err, Outcome: core.OutcomeAnswered}
	}
	return t, nil
}

// notFinalised is the error of an answer other than the expected one.
func (c *Client) notFinalised(resp *http.Response, data []byte, token core.Token) *core.Error {
	e := transport.FailureOf(opFinalise, resp, data, false, c.cfg.Now())
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		c.cfg.Tokens.Invalidate(token)
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		e.Code, e.Message = core.CodeFinaliseUnsupported, "The server does not know the file any more, or can't make files permanent."
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		e.Message = "The server did not make the file permanent."
	}
	return e
}
