package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// claims say whose a server's file is while that is not durable yet: what is
// durable the store knows. A file that is found in a list proves a transfer only
// if it is no other's.
type claims struct {
	mu      sync.Mutex
	owners  map[fileAt]*run
	sending map[*run]chan struct{} // closed when it is known what came of it
}

// fileAt is a file that a server has.
type fileAt struct{ server, fileID string }

// at is a file of the server that r sends to.
func (r *run) at(fileID string) fileAt { return fileAt{core.ServerOf(r.t.Server), fileID} }

func newClaims() claims {
	return claims{owners: map[fileAt]*run{}, sending: map[*run]chan struct{}{}}
}

// begin notes that r sends its file. What it returns is called with the file ID
// of the answer, "" for none.
func (c *claims) begin(r *run) (end func(fileID string)) {
	done := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending[r] = done
	return func(fileID string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if fileID != "" {
			c.own(r, fileID) // even if another has found it: the answer counts
		}
		delete(c.sending, r)
		close(done)
	}
}

// own makes a file r's. The caller holds mu.
func (c *claims) own(r *run, fileID string) {
	r.owns = fileID
	c.owners[r.at(fileID)] = r
}

// claim makes a file r's unless it is another's.
func (c *claims) claim(r *run, fileID string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owners[r.at(fileID)] != nil {
		return false
	}
	c.own(r, fileID)
	return true
}

// release gives back what is r's: it has become durable, or was not to be.
func (c *claims) release(r *run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := r.at(r.owns); c.owners[at] == r {
		delete(c.owners, at)
	}
	r.owns = ""
}

// twins are the attempts under way that may store a file which looks like r's.
// The name is not looked at: servers are told a made-up one.
func (c *claims) twins(r *run) []<-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []<-chan struct{}
	for other, done := range c.sending {
		if other != r && core.ServerOf(other.t.Server) == core.ServerOf(r.t.Server) && other.t.Source.Size == r.t.Source.Size {
			found = append(found, done)
		}
	}
	return found
}

// find looks for a file that the server may have among those that it lists. One
// that is another transfer's proves nothing.
func (e *Engine) find(r *run, u Uploader, out *result) bool {
	server, ok := u.(Finder)
	if !ok {
		return false
	}
	since, err := e.since(r, out)
	if err != nil {
		if r.ctx.Err() == nil { // else it is asked for later
			e.log.Warn("when a file was sent is not known", "transfer", r.t.ID, "error", err)
		}
		return false
	}
	// Where others take what was listed, what they left may be listed by now.
	for seen := map[string]bool{}; ; {
		found, err := server.Find(r.ctx, r.t, since)
		found = slices.DeleteFunc(found, func(r core.Receipt) bool { return seen[r.FileID] })
		if err != nil || len(found) == 0 || !e.settled(r) {
			return false
		}
		for _, receipt := range found {
			seen[receipt.FileID] = true
			if !e.suitsOther(r, receipt) && e.takes(r, receipt.FileID) {
				e.log.Info("the server has a file of unknown outcome", "transfer", r.t.ID, "file_id", receipt.FileID)
				out.receipt = receipt
				return true
			}
		}
	}
}

// settled waits until it is known what the attempts under way have stored: what
// is listed may be that. It is false when r is to stop before.
func (e *Engine) settled(r *run) bool {
	if e.resumes(r) {
		return false
	}
	for _, ended := range e.claims.twins(r) {
		select {
		case <-ended:
		case <-r.ctx.Done():
			return false
		}
	}
	return true
}

// resumes reports whether another transfer that looks like r's goes on with what
// the server has of it: that may be all of it.
func (e *Engine) resumes(r *run) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, it := range e.items {
		if it != r.it && it.late().resume != "" && it.size == r.size && core.ServerOf(it.shared.server) == core.ServerOf(r.t.Server) {
			return true
		}
	}
	return false
}

// suitsOther reports whether another transfer whose outcome is not known either asked
// for a listed file as it is kept, rather than r.
func (e *Engine) suitsOther(r *run, found core.Receipt) bool {
	if len(found.Differs) == 0 {
		return false
	}
	listed := core.Transfer{Options: r.t.Options, Receipt: &found}
	name := content.SafeName(r.t.Source.Name)
	e.mu.RLock()
	defer e.mu.RUnlock()
	for _, it := range e.items {
		err := it.late().err
		if it == r.it || it.size != r.size || !it.state().Active() && (err == nil || err.Outcome != core.OutcomeUnknown) {
			continue
		}
		if core.ServerOf(it.shared.server) == core.ServerOf(r.t.Server) && content.SameName(content.SafeName(it.name()), name) &&
			len(listed.DiffersFrom(it.shared.options)) < len(found.Differs) {
			return true
		}
	}
	return false
}

// takes makes a listed file r's unless it is another's, in memory or in the
// history.
func (e *Engine) takes(r *run, fileID string) bool {
	if !e.claims.claim(r, fileID) {
		return false
	}
	owner, taken, err := e.cfg.Store.Claimed(r.ctx, r.t.Server, fileID)
	if err == nil && (!taken || owner == r.t.ID) {
		return true
	}
	e.log.Info("a listed file is no proof", "transfer", r.t.ID, "file_id", fileID, "owner", owner, "error", err)
	e.claims.release(r)
	return false
}

// since is when the first attempt began that may have stored the file of r.
func (e *Engine) since(r *run, out *result) (time.Time, error) {
	attempts, err := e.cfg.Store.Attempts(r.ctx, r.t.ID)
	if err != nil {
		return time.Time{}, err
	}
	first := time.Time{}
	if r.began {
		first = out.start
	}
	for _, a := range attempts {
		if a.Outcome == core.OutcomeUnknown && !a.Start.IsZero() && (first.IsZero() || a.Start.Before(first)) {
			first = a.Start
		}
	}
	if first.IsZero() {
		first = r.t.QueuedAt // nothing was sent before
	}
	return first, nil
}
