package engine

import (
	"context"
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// claims say which transfer a server's file belongs to while that is not durable
// yet; what is durable the store knows. A file that is found in a list proves a
// transfer stored only if it belongs to no other.
type claims struct {
	mu      sync.Mutex
	owners  map[fileAt]*item
	owned   map[*item]fileAt
	sending map[*run]chan struct{} // closed when the run's outcome is known
	deleted map[looks]*deletions
}

// looks is what is compared of a file before it is read. The name is not part of
// it: servers are told a made-up one.
type looks struct {
	server string
	size   int64
}

func looksOf(t core.Transfer) looks { return looks{core.ServerOf(t.Server), t.Source.Size} }

// deletions counts how often a server was asked to delete a file, and how many
// of these requests are under way.
type deletions struct{ begun, active int }

// fileAt is a file on a server.
type fileAt struct{ server, fileID string }

func newClaims() claims {
	return claims{owners: map[fileAt]*item{}, owned: map[*item]fileAt{}, sending: map[*run]chan struct{}{}, deleted: map[looks]*deletions{}}
}

// begin notes that r sends its file. The caller then calls end with the file ID
// of the server's answer, "" for none.
func (c *claims) begin(r *run) (end func(fileID string)) {
	done := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending[r] = done
	return func(fileID string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if fileID != "" {
			c.own(r.it, fileAt{core.ServerOf(r.t.Server), fileID}) // even if another has found it: the answer counts
		}
		delete(c.sending, r)
		close(done)
	}
}

// own gives a file to a transfer. The caller holds mu.
func (c *claims) own(it *item, at fileAt) {
	c.owners[at], c.owned[it] = it, at
}

// claim gives a file to a transfer, unless another transfer has the file or the
// transfer has one already.
func (c *claims) claim(it *item, at fileAt) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, has := c.owned[it]; has || c.owners[at] != nil {
		return false
	}
	c.own(it, at)
	return true
}

// claimed reports whether a file belongs to some transfer.
func (c *claims) claimed(at fileAt) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.owners[at] != nil
}

// release drops a transfer's claim: its file has become durable in the store, or
// nothing came of it.
func (c *claims) release(it *item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.owned[it]; ok && c.owners[at] == it {
		delete(c.owners, at)
	}
	delete(c.owned, it)
}

// delete notes that a server is asked to delete what it has of t. The caller
// calls end once the server has answered.
func (c *claims) delete(t core.Transfer) (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.deleted[looksOf(t)]
	if d == nil {
		d = &deletions{}
		c.deleted[looksOf(t)] = d
	}
	d.begun++
	d.active++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		d.active--
	}
}

// deletions returns how often a server was asked to delete a file that looks
// like t's.
func (c *claims) deletions(t core.Transfer) (begun, active int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.deleted[looksOf(t)]; d != nil {
		return d.begun, d.active
	}
	return 0, 0
}

// twins returns the attempts under way that may store a file that looks like
// t's.
func (c *claims) twins(it *item, t core.Transfer) []<-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []<-chan struct{}
	for other, done := range c.sending {
		if other.it != it && looksOf(other.t) == looksOf(t) {
			found = append(found, done)
		}
	}
	return found
}

// resumes reports whether another transfer that looks like t resumes an upload
// of which the server may already have everything.
func (e *Engine) resumes(self *item, t core.Transfer) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, it := range e.items {
		if it != self && it.details().resume != "" && it.size == t.Source.Size && core.ServerOf(it.shared.server) == core.ServerOf(t.Server) {
			return true
		}
	}
	return false
}

// suitsOther reports whether a listed file is nearer to what another transfer of
// unknown outcome asked for than to what t asked for.
func (e *Engine) suitsOther(self *item, t core.Transfer, found core.Receipt) bool {
	if len(found.Differs) == 0 {
		return false
	}
	listed := core.Transfer{Options: t.Options, Receipt: &found}
	name := content.SafeName(t.Source.Name)
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, it := range e.items {
		err := it.details().err
		if it == self || it.size != t.Source.Size || !it.state().Active() && (err == nil || err.Outcome != core.OutcomeUnknown) {
			continue
		}
		if core.ServerOf(it.shared.server) == core.ServerOf(t.Server) && content.SameName(content.SafeName(it.name()), name) &&
			len(listed.DiffersFrom(it.shared.options)) < len(found.Differs) {
			return true
		}
	}
	return false
}

// takes claims a listed file for a transfer, unless it belongs to another, in
// memory or in the history.
func (e *Engine) takes(ctx context.Context, it *item, t core.Transfer, fileID string) bool {
	if !e.claims.claim(it, fileAt{core.ServerOf(t.Server), fileID}) {
		return false
	}
	owner, taken, err := e.cfg.Store.Claimed(ctx, t.Server, fileID)
	if err == nil && (!taken || owner == t.ID) {
		return true
	}
	e.log.Info("a listed file is no proof", "transfer", t.ID, "file_id", fileID, "owner", owner, "error", err)
	e.claims.release(it)
	return false
}
