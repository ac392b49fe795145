package upload

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
)

const (
	opFind = "ask whether the server has the file"
	// findTimeout is the time limit of a search through all pages.
	findTimeout = 2 * time.Minute
)

// Find returns what a server lists that may be the file of t, stored by an
// attempt that began at since or later: of its name, size and checksum, and by
// us where the server says by whom. What fits best comes first. None is found,
// too, where the server lists no files: then nobody knows. Errors are
// *core.Error.
func (c *Client) Find(ctx context.Context, t core.Transfer, since time.Time) ([]core.Receipt, error) {
	sum, err := content.Sum(ctx, t.Source)
	if err != nil {
		return nil, err
	}
	token, err := c.cfg.Tokens.Token(ctx)
	if err != nil {
		return nil, transport.TokenError(opFind, err)
	}
	ctx, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	l := listing{
		client: c, token: token, own: own{token.Subject, c.cfg.ClientID}, since: since,
		want: sent{name: content.SafeName(t.Source.Name), size: t.Source.Size, sum: sum, asked: t.Options},
		seen: map[string]bool{},
	}
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.found, func(a, b core.Receipt) int {
		return cmp.Or(cmp.Compare(len(a.Differs), len(b.Differs)), a.UploadedAt.Compare(b.UploadedAt))
	})
	return l.found, nil
}

// take keeps what may be the file that is looked for. at is when the server
// stored what it lists there, fresh whether that was not seen before.
func (l *listing) take(item json.RawMessage, earliest time.Time) (at time.Time, fresh bool) {
	a, err := newAnswer(item)
	if err != nil {
		return time.Time{}, false
	}
	by, gone := a.text("uploaded_by"), deleted(a)
	r, err := parseReceipt(item, l.want)
	key := fmt.Sprint(a["file_id"], a["checksum"])
	if a["file_id"] == nil || l.seen[key] {
		return time.Time{}, false
	}
	l.seen[key] = true
	at = a.time("uploaded_at", "created_at")
	name, _ := a[core.FieldName].(string)
	if err == nil && content.SameName(name, l.want.name) && !gone && !at.Before(earliest) && l.own.may(by) {
		r.HTTP, r.Status = l.proto, http.StatusOK
		l.found = append(l.found, r)
	}
	return at, true
}

// deleted reports whether a listed file is none that the server still keeps.
func deleted(a answer) bool {
	switch a.text("status") {
	case "", "active", "stored", "available", "ready", "completed":
		gone, _ := a["is_deleted"].(bool)
		return gone || a["deleted_at"] != nil
	}
	return true
}
