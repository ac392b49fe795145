package upload

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
)

const (
	opFind = "ask whether the server has the file"
	// skew is how far the server's clock may be behind ours.
	skew = 2 * time.Minute
)

// Find asks a Storage Element whether it has the file of t, by the checksum
// that the file has now: stored under its name since t was queued. found is
// false, too, where the server lists no files: then nobody knows. Errors are
// *core.Error.
func (c *Client) Find(ctx context.Context, t core.Transfer) (receipt core.Receipt, found bool, err error) {
	sum, err := content.Sum(ctx, t.Source)
	if err != nil {
		return core.Receipt{}, false, err
	}
	token, err := c.cfg.Tokens.Token(ctx)
	if err != nil {
		return core.Receipt{}, false, transport.TokenError(opFind, err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+"/api/v1/files?checksum="+string(sum), nil)
	if err != nil {
		return core.Receipt{}, false, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opFind,
			Message: "The ingester's address can't be used.", Err: err}
	}
	req.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
	resp, _, err := c.send(req, 0)
	if err != nil {
		return core.Receipt{}, false, c.server.LineError(ctx, opFind, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := transport.ReadAnswer(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return core.Receipt{}, false, nil // an ingester, which lists nothing, or a list too long to tell
	}
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(data, &list) != nil {
		return core.Receipt{}, false, nil
	}
	want := sent{name: content.SafeName(t.Source.Name), size: t.Source.Size, sum: sum}
	for _, item := range list.Items {
		r, err := parseReceipt(item, want)
		if err == nil && r.Name == want.name && !r.UploadedAt.Before(t.QueuedAt.Add(-skew)) {
			r.HTTP, r.Status = resp.Proto, resp.StatusCode
			return r, true, nil
		}
	}
	return core.Receipt{}, false, nil
}
