package engine

import (
	"context"
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// file is what identifies a file in the queue.
type file struct {
	path string
	size int64
	time int64
}

func fileOf(s core.Source) file { return file{s.Path, s.Size, s.ModTime.UnixNano()} }

// mayBe reports whether t may be a transfer of the file src, without reading its
// content. A file that is sent from a copy is compared by path only: its
// directory entry doesn't tell its length.
func mayBe(t core.Transfer, src core.Source) bool {
	return fileOf(t.Source) == fileOf(src) || t.Source.Copy != "" && t.Source.Path == src.Path
}

// candidates are the transfers that may be of the same file: the newest one that
// is still in the queue, and the stored ones, newest first.
type candidates struct {
	open   *core.Transfer
	stored []core.Transfer
}

// known returns, by path, the candidates for the sources at the profile's
// destination.
func (s *submission) known(ctx context.Context, sources []core.Source) (map[string]candidates, error) {
	found, err := s.e.cfg.Store.Known(ctx, sources)
	if err != nil {
		return nil, err
	}
	known := make(map[string]candidates, len(found))
	for _, t := range found {
		if shown, listed := s.e.lookup(t.ID); listed {
			t = shown
		} else if t.State != core.StateStored {
			continue // removed meanwhile
		}
		c := known[t.Source.Path]
		switch {
		case t.State == core.StateCancelled, t.State == core.StateTaken, !s.endpoint.has(t, s.options.Profile):
			continue
		case t.State == core.StateStored:
			c.stored = append(c.stored, t)
		case c.open == nil:
			c.open = &t
		}
		known[t.Source.Path] = c
	}
	return known, nil
}

// settle returns for every source the transfer that already has it, if any. If
// its identity leaves a doubt whether a file was stored, its content decides.
func (s *submission) settle(ctx context.Context, sources []core.Source) ([]*core.Transfer, error) {
	known, err := s.known(ctx, sources)
	if err != nil {
		return nil, err
	}
	settled := make([]*core.Transfer, len(sources))
	var hashing errgroup.Group
	hashing.SetLimit(runtime.GOMAXPROCS(0))
	for i, src := range sources {
		c := known[src.Path]
		switch {
		case c.open != nil && mayBe(*c.open, src):
			settled[i] = c.open
		case !s.again && len(c.stored) > 0:
			hashing.Go(func() error {
				settled[i] = s.stand(ctx, src, c.stored)
				return nil
			})
		}
	}
	_ = hashing.Wait() // if a file can't be read, its upload will say so
	if err := ctx.Err(); err != nil {
		return nil, cancelled(opSubmit, err)
	}
	return settled, nil
}

// stand returns the stored transfer that has the content of src, nil for none:
// one with the options of this call if there is, else the newest.
func (s *submission) stand(ctx context.Context, src core.Source, stored []core.Transfer) *core.Transfer {
	sum, proved := core.Checksum(""), false
	maybe := false
	for _, t := range stored {
		if t.Receipt == nil || !mayBe(t, src) {
			continue
		}
		maybe = true
		if content.Same(t.Source, src) {
			sum, proved = t.Receipt.SHA256, true
			break
		}
	}
	if maybe && !proved {
		var err error
		if sum, err = content.Sum(ctx, src); err != nil {
			return nil
		}
		s.e.log.Debug("a stored file was told by its content", "path", src.Path)
	}
	var best *core.Transfer
	for i, t := range stored {
		if t.Receipt == nil || !mayBe(t, src) || t.Receipt.SHA256 != sum {
			continue
		}
		if best == nil || len(best.DiffersFrom(s.options)) > 0 && len(t.DiffersFrom(s.options)) == 0 {
			best = &stored[i]
		}
	}
	return best
}

// refresh saves the present identity of a stored file, so that the next call need
// not read it.
func (s *submission) refresh(x *tx, t core.Transfer, src core.Source) {
	it := s.e.items[t.ID]
	if it != nil {
		t = x.get(it)
	}
	if t.State != core.StateStored {
		return
	}
	t.Source.FileID, t.Source.Changed = src.FileID, src.Changed
	if it == nil {
		x.unlisted = append(x.unlisted, t)
		return
	}
	_ = x.put(it, t) // logged
}
