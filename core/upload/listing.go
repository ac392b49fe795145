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
	"github.com/artstore/ingester/core/content"
	"github.com/artstore/ingester/core/transport"
)

const (
	// pageSize is how many files are asked for at once: the most that an Admin
	// Module gives. If a server refuses that, lessPages is used.
	pageSize  = 1000
	lessPages = 100
	// maxPages is how many pages of a list are read.
	maxPages = 100
	// maxPage is the longest page that is read, in bytes.
	maxPage = 16 << 20

	// A server's clock is compared with ours by the Date of its answer. Date has
	// whole seconds, and the files may be stored by a machine with another clock.
	// No clock is off by more than maxClock, or tokens that live for minutes
	// would not work.
	clockSlack = 30 * time.Second
	maxClock   = 15 * time.Minute
	// noClock is how far a server's clock may be behind if it sends no Date.
	noClock = 2 * time.Minute
)

// listing is a search through a server's list of files.
type listing struct {
	client *Client
	at     *lister
	token  core.Token
	own    own
	wanted []*wanted
	bySize map[int64][]*wanted
	since  time.Time // the earliest Since of the wanted files
	size   int       // page size
	proto  string
	seen   map[string]bool // listed files, by file ID and checksum
	files  []core.ListedFile
	cut    bool // the list may go on
}

func newListing(c *Client, at *lister, token core.Token, questions []core.Question) *listing {
	l := &listing{client: c, at: at, token: token, own: own{token.Subject, c.cfg.ClientID}, size: pageSize,
		bySize: map[int64][]*wanted{}, seen: map[string]bool{}}
	for _, q := range questions {
		t := q.Transfer
		w := &wanted{sent: sent{name: content.SafeName(t.Source.Name), size: t.Source.Size, asked: t.Options}, source: t.Source, since: q.Since}
		l.wanted, l.bySize[w.size] = append(l.wanted, w), append(l.bySize[w.size], w)
		if l.since.IsZero() || w.since.Before(l.since) {
			l.since = w.since
		}
	}
	return l
}

// page is one page of a list. A Storage Element of the second generation calls its
// entries items, the first generation files.
type page struct {
	Items   []json.RawMessage `json:"items"`
	Files   []json.RawMessage `json:"files"`
	Total   *int              `json:"total"`
	HasMore *bool             `json:"has_more"`

	behind time.Duration // how far the server's clock may be behind ours
	off    time.Duration // how far it is off by its Date
}

// read reads pages until there are no more, or all that follow are older than the
// wanted files. lists is false if the server has no list.
func (l *listing) read(ctx context.Context) (lists bool, err error) {
	for n := range maxPages {
		got, err := l.page(ctx, n)
		if err != nil || got == nil {
			return false, err
		}
		items := got.Items
		if items == nil {
			items = got.Files
		}
		more := l.fresh(ctx, items, got)
		if !more || got.HasMore != nil && !*got.HasMore || got.Total != nil && len(l.seen) >= *got.Total {
			return true, nil
		}
	}
	l.cut = true
	return true, nil
}

// fresh takes a page and reports whether to read another: the page had something
// new, and the rest of the list is not too old.
func (l *listing) fresh(ctx context.Context, items []json.RawMessage, got *page) bool {
	var times []time.Time
	for _, item := range items {
		if at, fresh := l.take(ctx, item, got.behind, got.off); fresh {
			times = append(times, at)
		}
	}
	if len(times) == 0 {
		return false
	}
	first, last := times[0], times[len(times)-1]
	falling := last.Before(first) && slices.IsSortedFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	return !falling || !last.Before(l.since.Add(-got.behind))
}

// page asks for the n-th page, from 0 on. It returns nil if the server has no list.
func (l *listing) page(ctx context.Context, n int) (*page, error) {
	got, status, err := l.request(ctx, n)
	if refused := status == http.StatusBadRequest || status == http.StatusUnprocessableEntity; refused && l.size > lessPages {
		l.size = lessPages // the server gives no more at once
		got, _, err = l.request(ctx, n)
	}
	return got, err
}

// request asks for a page, with the parameters of each kind of server.
func (l *listing) request(ctx context.Context, n int) (*page, int, error) {
	at, size := strconv.Itoa(len(l.seen)), strconv.Itoa(l.size)
	q := url.Values{"limit": {size}, "offset": {at}, "skip": {at}, "page": {strconv.Itoa(n + 1)}, "page_size": {size}}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.at.root+"/api/v1/files?"+q.Encode(), nil)
	if err != nil {
		return nil, 0, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opFind,
			Message: "The server's address can't be used.", Err: err}
	}
	req.Header.Set("Authorization", "Bearer "+l.token.Value.Reveal())
	req.Header.Set("Accept", "application/json")
	now := l.client.cfg.Now
	asked := now()
	resp, _, err := l.at.server.Send(req, 0)
	if err != nil {
		return nil, 0, l.at.server.ConnectionError(ctx, opFind, err)
	}
	defer func() { _ = resp.Body.Close() }()
	l.proto = resp.Proto
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return nil, 0, l.at.server.ConnectionError(ctx, opFind, err)
	}
	if passing(resp.StatusCode) {
		return nil, 0, transport.FailureOf(opFind, resp, data, false, now())
	}
	got := parsePage(data)
	if resp.StatusCode != http.StatusOK || got == nil {
		return nil, resp.StatusCode, nil // the server has no list, or not for us
	}
	got.behind, got.off = behind(resp.Header, asked, now())
	return got, http.StatusOK, nil
}

// passing reports whether a status is temporary, and not about the question itself.
func passing(status int) bool {
	return status >= http.StatusInternalServerError && status != http.StatusNotImplemented ||
		status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// parsePage reads a page. It returns nil for something else: the first generation's
// Ingester answers such a question with a message.
func parsePage(data []byte) *page {
	var fields map[string]json.RawMessage
	got := &page{}
	if json.Unmarshal(data, &fields) != nil || json.Unmarshal(data, got) != nil {
		return nil
	}
	_, items := fields["items"]
	_, files := fields["files"]
	if !items && !files {
		return nil
	}
	return got
}

// behind returns how far a server's clock may be behind ours, with the uncertainty,
// and off, how far it is by the Date of its answer. The request began at asked and
// was answered at answered.
func behind(h http.Header, asked, answered time.Time) (most, off time.Duration) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return noClock, 0
	}
	age, _ := strconv.Atoi(h.Get("Age")) // how long a cache has kept the answer
	date = date.Add(time.Duration(max(age, 0)) * time.Second)
	off = asked.Add(answered.Sub(asked) / 2).Sub(date)
	off = min(max(off, -maxClock), maxClock)
	return off + clockSlack, off
}
