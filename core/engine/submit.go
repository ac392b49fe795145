package engine

import (
	"context"
	"iter"
	"reflect"
	"slices"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
)

// chunkSize is how many transfers one call adds to one commit at most, so that
// the workers' changes don't wait long.
const chunkSize = 500

const opSubmit = "queue files"

func chunks[T any](list []T) iter.Seq[[]T] { return slices.Chunk(list, chunkSize) }

// Submit queues files. It returns once all of them are durable; after an error
// none is queued. Calls run one after another.
//
// A file is recognised by its path, size and time, for one server and account:
// to another server it is another upload. A file that is under way, paused or of
// unknown outcome is left alone; one that failed is queued again with the options
// of this call. Both are returned in Already. A file that was stored is returned
// in Stored, unless the options say Again. It has to be the same by file ID and
// change time as well, or by its content, which is then read.
func (e *Engine) Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	return e.self.Submit(ctx, sources, o)
}

// Submit is Engine.Submit for the caller.
func (c *Call) Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	e := c.e
	if err := o.Validate(); err != nil {
		return core.Submission{}, err
	}
	endpoint, err := e.cfg.Uploaders.Endpoint(ctx, Route{o.Profile, c.terms})
	if err != nil {
		return core.Submission{}, err
	}
	if err := e.turn(ctx); err != nil {
		return core.Submission{}, err
	}
	defer func() { e.submits <- struct{}{} }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.running, cancel)() //nolint:contextcheck // Run doesn't wait until files have been read
	s := submission{e: e, call: c, endpoint: endpoint, again: o.Again, options: o, packer: packer{callers: c.alone}, seen: make(map[string]struct{}, len(sources))}
	s.options.Again, s.options.Intake = false, nil
	s.drop = e.newDrop(o.Intake)
	for chunk := range chunks(sources) {
		if err := s.take(ctx, chunk); err != nil {
			s.undo()
			return core.Submission{}, err
		}
	}
	if err := s.reveal(ctx); err != nil {
		s.undo()
		return core.Submission{}, err
	}
	return s.result(), nil
}

// turn waits until the queue is loaded and no other Submit is under way.
func (e *Engine) turn(ctx context.Context) error {
	for _, c := range []<-chan struct{}{e.ready, e.submits} {
		select {
		case <-c:
		case <-e.ended:
			return errStopped(opSubmit)
		case <-ctx.Done():
			return cancelled(opSubmit, ctx.Err())
		}
	}
	return nil
}

// submission is one Submit under way.
type submission struct {
	e        *Engine
	call     *Call
	endpoint Endpoint
	again    bool
	options  core.Options
	drop     *core.DropRecord
	packer   packer
	seen     map[string]struct{} // paths

	queued  []*item // durable, but not shown yet
	already []core.TransferID
	stored  []core.Transfer
}

// take makes some of the sources durable. They are shown, and sent, only once all
// are durable.
func (s *submission) take(ctx context.Context, sources []core.Source) error {
	settled, err := s.settle(ctx, sources)
	if err != nil {
		return err
	}
	fresh, again, moved, err := s.sort(sources, settled)
	if err != nil || len(fresh)+len(again)+len(moved) == 0 {
		return err
	}
	err = s.e.do(ctx, opSubmit, func(x *tx) error {
		if err := ctx.Err(); err != nil {
			return cancelled(opSubmit, err)
		}
		for _, it := range fresh {
			s.e.lastSeq++
			it.seq = s.e.lastSeq
			x.unlisted = append(x.unlisted, it.transfer())
		}
		for id, src := range again {
			s.requeue(x, id, src)
		}
		for _, t := range s.stored {
			if src, ok := moved[t.ID]; ok {
				s.refresh(x, t, src)
			}
		}
		return nil
	})
	if err == nil {
		s.queued = append(s.queued, fresh...)
	}
	return err
}

// sort notes the transfers that are known already, and returns what has to be written:
// fresh transfers, failed ones to queue again, and stored ones whose identity has changed.
func (s *submission) sort(sources []core.Source, settled []*core.Transfer) (fresh []*item, again, moved map[core.TransferID]core.Source, err error) {
	again, moved = map[core.TransferID]core.Source{}, map[core.TransferID]core.Source{}
	for i, src := range sources {
		if _, twice := s.seen[src.Path]; twice {
			continue
		}
		s.seen[src.Path] = struct{}{}
		t := settled[i]
		switch {
		case t == nil:
			it, err := s.transfer(src)
			if err != nil {
				return nil, nil, nil, err
			}
			fresh = append(fresh, it)
		case t.State == core.StateStored:
			s.stored = append(s.stored, *t)
			if t.Source.Copy == "" && (t.Source.FileID != src.FileID || !t.Source.Changed.Equal(src.Changed)) {
				moved[t.ID] = src
			}
		default:
			s.already = append(s.already, t.ID)
			if t.State == core.StateFailed {
				again[t.ID] = src
			}
		}
	}
	return fresh, again, moved, nil
}

// lookup returns a transfer as it is shown.
func (e *Engine) lookup(id core.TransferID) (core.Transfer, bool) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	it := e.items[id]
	if it == nil {
		return core.Transfer{}, false
	}
	return it.value(), true
}

// transfer makes a new transfer.
func (s *submission) transfer(src core.Source) (*item, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, &core.Error{Kind: core.KindConfig, Code: core.CodeInternal, Op: opSubmit,
			Message: "The system gives no random numbers.", Err: err}
	}
	src.ModTime = src.ModTime.UTC()
	return &item{packed: s.packer.pack(core.Transfer{
		ID: core.TransferID(id.String()), Source: src, Options: s.options, Drop: &s.drop.Drop, Server: s.endpoint.Server, Account: s.endpoint.Account,
		State: core.StateQueued, QueuedAt: s.e.now(),
	}, packed{})}, nil
}

// requeue queues a failed transfer again.
func (s *submission) requeue(x *tx, id core.TransferID, src core.Source) {
	it := s.e.items[id]
	if it == nil {
		return
	}
	t := x.get(it)
	if t.State != core.StateFailed {
		return
	}
	if t.Resume != "" && !reflect.DeepEqual(t.Options, s.options) { // the server has it with another description
		x.takeBack(it, t)
		t.Resume = ""
	}
	t.State, t.Source, t.Options, t.Drop = core.StateQueued, src, s.options, &s.drop.Drop
	t.Source.ModTime = src.ModTime.UTC()
	if x.put(it, t) == nil {
		x.after(func() { it.forgive() })
	}
}

// reveal shows everything that was queued, at once.
func (s *submission) reveal(ctx context.Context) error {
	return s.e.do(ctx, opSubmit, func(x *tx) error {
		if err := ctx.Err(); err != nil {
			return cancelled(opSubmit, err)
		}
		for _, it := range s.queued {
			x.add(it)
		}
		if r := s.record(); !r.Complete() {
			x.drops = append(x.drops, r)
		}
		for _, id := range s.already {
			if it := s.e.items[id]; it != nil {
				s.call.takeOver(x, it, s.options.Profile)
				if s.again {
					undoubted(x, it)
				}
			}
		}
		w := laneKey{s.options.Profile, s.endpoint.Destination, s.call.terms}
		s.e.askLeft(x, w, s.endpoint)
		x.after(func() {
			l := s.e.lane(w)
			if l.halt != nil && s.call != s.e.self {
				l.lift() // the call tries the profile again
			}
			l.learn(s.endpoint, x.now)
			s.e.journal.kick()
		})
		return nil
	})
}

// undo takes back what is durable already. It must be saved, so a full disk only
// delays it.
func (s *submission) undo() {
	for chunk := range chunks(s.queued) {
		s.e.mustSave(func(x *tx) error {
			for _, it := range chunk {
				x.withdrawn = append(x.withdrawn, it.id())
			}
			return nil
		})
	}
}

func (s *submission) result() core.Submission {
	out := core.Submission{Stored: s.stored, Asked: s.options, Drop: s.drop.Drop}
	out.Queued = make([]core.TransferID, 0, len(s.queued))
	s.e.mu.RLock()
	for _, it := range s.queued {
		out.Queued = append(out.Queued, it.id())
	}
	s.e.mu.RUnlock()
	for _, id := range s.already {
		if t, listed := s.e.lookup(id); listed {
			out.Already = append(out.Already, t)
		}
	}
	return out
}

// undoubted asks the server no more about a transfer and leaves it to the user,
// who doesn't want to wait for an answer.
func undoubted(x *tx, it *item) {
	if t := x.get(it); t.Doubtful() && (t.State == core.StateWaiting || t.State == core.StateQueued) {
		t.State = core.StateUnknown
		_ = x.put(it, t) // logged
	}
}
