package upload

import (
	"cmp"
	"context"
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
	findTimeout = 5 * time.Minute
)

// lister is an address that may list files. Whether it does is found out by asking.
type lister struct {
	root   string
	server *transport.Server
	takes  bool // files are sent to this address
}

// listers returns the addresses that may list files: the server that takes them, as
// Storage Elements list them, and the first generation's Admin Module.
func (c *Client) listers() []*lister {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lists != nil {
		return []*lister{c.lists}
	}
	all := []*lister{{root: c.root, server: c.server, takes: true}}
	if c.admin != nil && c.adminRoot != c.root {
		all = append(all, &lister{root: c.adminRoot, server: c.admin})
	}
	return all
}

// learn remembers which address lists files, nil for none.
func (c *Client) learn(at *lister) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lists = at
}

// Find looks for the files of transfers of unknown outcome in a server's list. A
// listed file may be a transfer's if it has its name, size and checksum, was stored
// at Since or later, and was uploaded by us where the server says by whom. A server
// that refuses to list, or has no such call, can't be asked. Errors are *core.Error.
func (c *Client) Find(ctx context.Context, questions []core.Question) (core.Listing, error) {
	token, err := c.cfg.Tokens.Token(ctx)
	if err != nil {
		return core.Listing{}, transport.TokenError(opFind, err)
	}
	ctx, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	var failed error
	for _, at := range c.listers() {
		l := newListing(c, at, token, questions)
		switch lists, err := l.read(ctx); {
		case err != nil:
			failed = err
		case lists:
			c.learn(at)
			return l.answer(ctx), nil
		}
	}
	c.learn(nil)
	return core.Listing{}, failed
}

// wanted is a file that is looked for.
type wanted struct {
	sent
	source core.Source
	since  time.Time
	read   bool // sum was computed, or can't be
	found  []core.Receipt
}

// sumOf returns the checksum of the wanted file, "" if it can't be read. The file is
// read only if a listed one may be it.
func (w *wanted) sumOf(ctx context.Context) core.Checksum {
	if !w.read {
		w.read = true
		w.sum, _ = content.Sum(ctx, w.source) // a file that can't be read can't be proved stored
	}
	return w.sum
}

// answer returns what was found.
func (l *listing) answer(ctx context.Context) core.Listing {
	a := core.Listing{Asked: true, Found: make([][]core.Receipt, len(l.wanted))}
	for i, w := range l.wanted {
		slices.SortStableFunc(w.found, func(a, b core.Receipt) int {
			return cmp.Or(cmp.Compare(len(a.Differs), len(b.Differs)), a.UploadedAt.Compare(b.UploadedAt))
		})
		a.Found[i] = w.found
	}
	if !l.cut { // else the list may go on with missing files
		a.Files = l.files
		a.Own = l.at.takes && l.client.isElement(ctx)
	}
	return a
}

// isElement reports whether the server that takes the files says that it is a
// Storage Element, which keeps what it takes.
func (c *Client) isElement(ctx context.Context) bool {
	var info struct {
		ID   string `json:"storage_id"`
		Mode string `json:"mode"`
	}
	return c.get(ctx, c.root+"/api/v1/info", &info) == nil && info.ID != "" && info.Mode != ""
}

// may reports whether a listed file may be w's, by what the list says.
func (l *listing) may(w *wanted, f listedFile, earliest time.Time) bool {
	return f.size == w.size && content.SameName(f.name, w.name) && !f.at.Before(earliest) && !f.gone && l.own.may(f.by)
}

// take compares a listed file with the wanted ones. at is when the server stored it;
// fresh says that it was not seen before.
func (l *listing) take(ctx context.Context, item []byte, behind, off time.Duration) (at time.Time, fresh bool) {
	f, ok := readListed(item)
	if !ok || l.seen[f.key] {
		return time.Time{}, false
	}
	l.seen[f.key] = true
	l.files = append(l.files, core.ListedFile{ID: f.id, At: f.at.Add(off)})
	for _, w := range l.bySize[f.size] {
		if !l.may(w, f, w.since.Add(-behind)) || w.sumOf(ctx) == "" {
			continue
		}
		if r, err := parseReceipt(item, w.sent); err == nil {
			r.HTTP, r.Status = l.proto, http.StatusOK
			w.found = append(w.found, r)
		}
	}
	return f.at, true
}
