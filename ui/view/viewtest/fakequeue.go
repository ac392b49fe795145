package viewtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// queue is what is to be sent.
type queue struct {
	begun  bool // from Fake.Snapshot
	list   []core.Transfer
	paused bool
	halt   *core.Error            // at the start
	halts  map[string]*core.Error // by profile
	feeds  map[*feed]struct{}
	made   int                               // transfers so far
	taken  map[core.TransferID]core.Transfer // cancelled or removed, as they were before
	drops  core.DropID                       // drops so far
}

// begin fills the queue with what is there at the start. The caller of this
// and of all below holds Fake.mu.
func (f *Fake) begin() *queue {
	q := &f.queue
	if !q.begun {
		q.begun, q.list, q.paused, q.halt = true, slices.Clone(f.Snapshot.Transfers), f.Snapshot.Paused, f.Snapshot.Halt
	}
	return q
}

// Submit implements view.Controller.
func (f *Fake) Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error) {
	failure := f.ask("submit %d again=%v %s %s %d %q %q", len(sources), o.Again, o.Profile, o.Retention, o.TTLDays, o.Tags, o.Description)
	if f.OnSubmit != nil {
		return f.OnSubmit(sources, o)
	}
	if failure != nil {
		return core.Submission{}, failure
	}
	if err := o.Validate(); err != nil {
		return core.Submission{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.SavedProfiles[o.Profile]
	if !ok {
		return core.Submission{}, refusal(core.KindConfig, core.CodeProfileNotFound, "queue files")
	}
	if ctx.Err() != nil {
		return core.Submission{}, stopped("queue files")
	}
	out := core.Submission{Asked: o}
	again := o.Again
	if in := o.Intake; in != nil {
		out.Drop = core.Drop{ID: in.Join, Name: in.Name}
	}
	if out.Drop.ID == 0 {
		q := f.begin()
		q.drops++
		out.Drop.ID = core.DropID(Start().UnixNano()) + q.drops
	}
	o.Again, o.Intake = false, nil
	out.Asked = o
	seen := map[string]bool{"": false}
	for _, src := range sources {
		if !seen[src.Path] {
			seen[src.Path] = src.Path != ""
			f.accept(&out, src, o, p.Destination(), again)
		}
	}
	f.work()
	return out, nil
}

// accept queues a file, unless it is known.
func (f *Fake) accept(out *core.Submission, src core.Source, o core.Options, to core.Destination, again bool) {
	q := f.begin()
	same := func(t core.Transfer) bool {
		return src.Path != "" && t.Source.Path == src.Path && t.Source.Size == src.Size && t.Source.ModTime.Equal(src.ModTime) && to.Takes(t.Destination())
	}
	for i := range q.list {
		if t := &q.list[i]; same(*t) && t.State != core.StateCancelled && !t.State.InHistory() {
			if t.State == core.StateFailed {
				t.State, t.Options = core.StateQueued, o
				f.tell(t.ID)
			}
			out.Already = append(out.Already, *t)
			return
		}
	}
	if i := slices.IndexFunc(f.StoredFiles, func(t core.Transfer) bool { return t.State != core.StateTaken && same(t) }); i >= 0 && !again {
		out.Stored = append(out.Stored, f.StoredFiles[i])
		return
	}
	id := core.TransferID(fmt.Sprint("new", q.made))
	q.made++
	out.Queued = append(out.Queued, id)
	q.list = append(q.list, core.Transfer{ID: id, Seq: q.last() + 1, Source: src, Options: o, Drop: &out.Drop, Server: to.Server, Account: to.Account,
		State: core.StateQueued, QueuedAt: Start()})
	f.tell(id)
}

func (q *queue) last() int64 {
	if len(q.list) == 0 {
		return 0
	}
	return q.list[len(q.list)-1].Seq
}

// verb does what is asked of transfers. It passes over those that are gone, or
// to which it does not apply.
func (f *Fake) verb(ctx context.Context, name string, ids []core.TransferID, change func(*core.Transfer)) error {
	if err := f.ask("%s %v", name, ids); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return stopped(name)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.each(ids, change)
	f.work()
	return nil
}

// each changes transfers.
func (f *Fake) each(ids []core.TransferID, change func(*core.Transfer)) {
	q, meant := f.begin(), set(ids)
	for i := range q.list {
		if t := &q.list[i]; meant[t.ID] {
			was := *t
			change(t)
			if t.State != was.State || t.Seq != was.Seq || t.Server != was.Server || t.Account != was.Account {
				f.tell(t.ID)
			}
		}
	}
}

func set(ids []core.TransferID) map[core.TransferID]bool {
	found := make(map[core.TransferID]bool, len(ids))
	for _, id := range ids {
		found[id] = true
	}
	return found
}

// Pause implements view.Controller.
func (f *Fake) Pause(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "pause", ids, func(t *core.Transfer) {
		if t.State == core.StateQueued || t.State == core.StateWaiting || t.State.Active() {
			t.State = core.StatePaused
		}
	})
}

// PauseAfter implements view.Controller.
func (f *Fake) PauseAfter(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "pause after", ids, func(t *core.Transfer) {
		if t.State == core.StateQueued || t.State == core.StateWaiting {
			t.State = core.StatePaused
		}
	})
}

// Ask implements view.Controller. The server can't tell.
func (f *Fake) Ask(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "ask", ids, func(*core.Transfer) {})
}

// Take implements view.Controller.
func (f *Fake) Take(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "take", ids, func(t *core.Transfer) {
		if t.State == core.StateUnknown && t.Doubtful() {
			t.State, t.NotBefore, t.FinishedAt = core.StateTaken, time.Time{}, Start()
			f.StoredFiles = slices.Insert(f.StoredFiles, 0, *t)
		}
	})
}

// Resume implements view.Controller.
func (f *Fake) Resume(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "resume", ids, func(t *core.Transfer) {
		if t.State == core.StatePaused {
			t.State = core.StateQueued
		}
	})
}

// Retry implements view.Controller.
func (f *Fake) Retry(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "retry", ids, func(t *core.Transfer) {
		if t.Damaged() {
			return
		}
		delete(f.queue.halts, t.Options.Profile)
		switch t.State {
		case core.StateFailed, core.StateWaiting, core.StateCancelled, core.StateUnknown:
			t.State = core.StateQueued
		}
	})
}

// Cancel implements view.Controller.
func (f *Fake) Cancel(ctx context.Context, ids ...core.TransferID) error {
	return f.verb(ctx, "cancel", ids, func(t *core.Transfer) {
		was := *t
		if cancel(t); t.State != was.State {
			f.keepForUndo(was)
		}
	})
}

// keepForUndo keeps what Undo brings back.
func (f *Fake) keepForUndo(was core.Transfer) {
	if f.queue.taken == nil {
		f.queue.taken = map[core.TransferID]core.Transfer{}
	}
	if was.State.Active() {
		was.State = core.StateQueued
	}
	f.queue.taken[was.ID] = was
}

// Undo implements view.Controller.
func (f *Fake) Undo(ctx context.Context, ids ...core.TransferID) error {
	err := f.verb(ctx, "undo", ids, func(t *core.Transfer) {
		if was, ok := f.queue.taken[t.ID]; ok && t.State != was.State && t.State.Done() {
			*t = was
		} else if t.State == core.StateCancelled {
			t.State = core.StateQueued
		}
	})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	q := f.begin()
	for _, id := range ids {
		listed := slices.ContainsFunc(q.list, func(t core.Transfer) bool { return t.ID == id })
		if was, ok := q.taken[id]; ok && !listed {
			q.list = append(q.list, was)
			f.tell(id)
		}
		delete(q.taken, id)
	}
	slices.SortStableFunc(q.list, func(a, b core.Transfer) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

func cancel(t *core.Transfer) {
	switch {
	case t.State.InHistory(), t.Damaged():
	case t.Doubtful() && !t.State.Done():
		t.State = core.StateUnknown // the server may have it
	default:
		t.State = core.StateCancelled
	}
}

// Remove implements view.Controller.
func (f *Fake) Remove(ctx context.Context, ids ...core.TransferID) error {
	err := f.verb(ctx, "remove", ids, func(*core.Transfer) {})
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	meant := set(ids)
	f.queue.list = slices.DeleteFunc(f.queue.list, func(t core.Transfer) bool {
		if meant[t.ID] {
			if !t.State.InHistory() {
				f.keepForUndo(t)
			}
			f.tellRemoved(t.ID)
		}
		return meant[t.ID]
	})
	return nil
}

// First implements view.Controller.
func (f *Fake) First(ctx context.Context, ids ...core.TransferID) error {
	return f.move(ctx, "first", ids, func(list []core.Transfer, moved int64) int64 { return list[0].Seq - moved })
}

// Last implements view.Controller.
func (f *Fake) Last(ctx context.Context, ids ...core.TransferID) error {
	return f.move(ctx, "last", ids, func(list []core.Transfer, _ int64) int64 { return list[len(list)-1].Seq + 1 })
}

// move gives transfers that have not ended new places, of which from is the
// first.
func (f *Fake) move(ctx context.Context, name string, ids []core.TransferID, from func(list []core.Transfer, moved int64) int64) error {
	if err := f.ask("%s %v", name, ids); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return stopped(name)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	q, meant := f.begin(), set(ids)
	var moved []core.TransferID
	for _, t := range q.list {
		if meant[t.ID] && !t.State.Done() {
			moved = append(moved, t.ID)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	next := from(q.list, int64(len(moved)))
	f.each(moved, func(t *core.Transfer) { t.Seq = next; next++ })
	slices.SortStableFunc(q.list, func(a, b core.Transfer) int { return cmp.Compare(a.Seq, b.Seq) })
	return nil
}

// PauseAll implements view.Controller.
func (f *Fake) PauseAll(context.Context) error {
	if err := f.ask("pause all"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	q := f.begin()
	q.paused = true
	for i := range q.list {
		if t := &q.list[i]; t.State.Active() {
			t.State = core.StateQueued
			f.tell(t.ID)
		}
	}
	f.tellFlags()
	return nil
}

// PauseAllAfter implements view.Controller.
func (f *Fake) PauseAllAfter(context.Context) error {
	if err := f.ask("pause all after"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begin().paused = true
	f.tellFlags()
	return nil
}

// ResumeAll implements view.Controller.
func (f *Fake) ResumeAll(context.Context) error {
	if err := f.ask("resume all"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begin().paused = false
	f.lift()
	return nil
}

// Lift implements view.Controller.
func (f *Fake) Lift(context.Context) error {
	if err := f.ask("lift"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lift()
	return nil
}

// lift ends every halt, and tries what waits.
func (f *Fake) lift() {
	q := f.begin()
	clear(q.halts)
	q.halt = nil
	for i := range q.list {
		if t := &q.list[i]; t.State == core.StateWaiting {
			t.State = core.StateQueued
			f.tell(t.ID)
		}
	}
	f.tellFlags()
	f.work()
}
