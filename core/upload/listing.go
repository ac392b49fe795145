package upload

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/artstore/ingester/core"
)

const (
	// pageSize is how many files are asked for at once; servers take 100 to
	// 1000, or give as many as they like.
	pageSize = 100
	// maxPages is how far a list is looked through.
	maxPages = 100
	// maxPage is the longest page that is read, in bytes.
	maxPage = 16 << 20

	// A server's clock is compared with ours by the Date of its answer; that
	// of what stores its files may be another one, and Date counts seconds.
	// Nobody's clock is off by more than maxClock: with tokens that live for
	// minutes nothing would work.
	clockSlack = 30 * time.Second
	maxClock   = 15 * time.Minute
	// noClock is how far a server's clock may be behind that tells no time.
	noClock = 2 * time.Minute
)

// listing is a search through a server's list of files.
type listing struct {
	client *Client
	token  core.Token
	own    own
	since  time.Time
	want   sent
	proto  string
	seen   map[string]bool // what was listed, by file ID and checksum
	found  []core.Receipt
}

// page is what the generations and their modules answer: a Storage Element of
// the second has items, the first has files.
type page struct {
	Items   []json.RawMessage `json:"items"`
	Files   []json.RawMessage `json:"files"`
	Total   *int              `json:"total"`
	HasMore *bool             `json:"has_more"`
}

// read looks through the pages until there are no more, or all that follow are
// older than what is looked for.
func (l *listing) read(ctx context.Context) error {
	for n := range maxPages {
		got, earliest, err := l.page(ctx, n)
		if err != nil || got == nil {
			return err
		}
		items := got.Items
		if items == nil {
			items = got.Files
		}
		if !l.fresh(items, earliest) || got.HasMore != nil && !*got.HasMore || got.Total != nil && len(l.seen) >= *got.Total {
			return nil
		}
	}
	return nil
}

// fresh takes a page, and reports whether another may follow: it had something
// new, and is not one of a list by age whose rest is too old.
func (l *listing) fresh(items []json.RawMessage, earliest time.Time) bool {
	var times []time.Time
	for _, item := range items {
		if at, fresh := l.take(item, earliest); fresh {
			times = append(times, at)
		}
	}
	if len(times) == 0 {
		return false
	}
	first, last := times[0], times[len(times)-1]
	falling := last.Before(first) && slices.IsSortedFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return !falling || !last.Before(earliest)
}

// page asks for the n-th page, from 0 on; nil where the server lists nothing.
// The server is told where it begins in the words of each of its kinds. earliest
// is since by the server's clock.
func (l *listing) page(ctx context.Context, n int) (got *page, earliest time.Time, err error) {
	c := l.client
	at := strconv.Itoa(len(l.seen))
	q := url.Values{"checksum": {string(l.want.sum)}, "limit": {strconv.Itoa(pageSize)}, "offset": {at}, "skip": {at},
		"page": {strconv.Itoa(n + 1)}, "page_size": {strconv.Itoa(pageSize)}}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.root+"/api/v1/files?"+q.Encode(), nil)
	if err != nil {
		return nil, earliest, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opFind,
			Message: "The ingester's address can't be used.", Err: err}
	}
	req.Header.Set("Authorization", "Bearer "+l.token.Value.Reveal())
	asked := c.cfg.Now()
	resp, _, err := c.send(req, 0)
	if err != nil {
		return nil, earliest, c.server.LineError(ctx, opFind, err)
	}
	defer func() { _ = resp.Body.Close() }()
	l.proto = resp.Proto
	earliest = l.since.Add(-behind(resp.Header, asked, c.cfg.Now()))
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if resp.StatusCode == http.StatusUnauthorized {
		c.cfg.Tokens.Invalidate(l.token)
	}
	got = &page{}
	if err != nil || resp.StatusCode != http.StatusOK || json.Unmarshal(data, got) != nil {
		return nil, earliest, nil // an ingester, which lists nothing, or a list too long to tell
	}
	return got, earliest, nil
}

// behind is how far a server's clock may be behind ours: what its answer to a
// request of asked to answered shows, and what that can't.
func behind(h http.Header, asked, answered time.Time) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return noClock
	}
	age, _ := strconv.Atoi(h.Get("Age")) // of an answer that a cache has kept
	date = date.Add(time.Duration(max(age, 0)) * time.Second)
	off := asked.Add(answered.Sub(asked) / 2).Sub(date)
	return min(max(off, -maxClock), maxClock) + clockSlack
}
