package transfers

import (
	"context"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/queue"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// askAgain warns that a file that may have arrived may be stored twice.
func (v *View) askAgain(yes func()) {
	t := v.host.Text
	view.Ask(v.host, t.S("again.title"), t.S("again.text"), t.S("action.again"), yes)
}

// chosen are the selected transfers that the filter shows and for which one of the
// actions makes sense, in the order of the queue.
func (v *View) chosen(actions ...queue.Action) []core.TransferID {
	var ids []core.TransferID
	for i := range v.model.Rows {
		r := &v.model.Rows[i]
		if !v.selected[r.ID] || !v.model.Visible(r) {
			continue
		}
		for _, a := range actions {
			if r.Can(a) {
				ids = append(ids, r.ID)
				break
			}
		}
	}
	return ids
}

// storedFiles are the stored files of transfers.
func (v *View) storedFiles(ids []core.TransferID) []StoredFile {
	files := make([]StoredFile, 0, len(ids))
	for _, id := range ids {
		if r := v.model.Find(id); r != nil && r.Receipt() != nil {
			_, name := wording.SplitName(r.Name)
			files = append(files, StoredFile{id, r.Receipt().FileID, name})
		}
	}
	return files
}

// do carries an action out on transfers.
func (v *View) do(a queue.Action, ids []core.TransferID) {
	if len(ids) == 0 {
		return
	}
	switch a {
	case queue.ActPermanent:
		v.permanent.Ask(v.storedFiles(ids))
		return
	case queue.ActDecide:
		v.decide(ids)
		return
	case queue.ActPause:
		v.pause(ids)
		return
	case queue.ActCancel, queue.ActRemove:
		if a == queue.ActRemove || !v.model.Filter.Shows(queue.GroupCancelled) {
			v.rememberNext(ids)
		}
		if a == queue.ActCancel {
			v.take(ids, nil)
		} else {
			v.take(nil, ids)
		}
		return
	}
	c := v.host.Controller
	verbs := map[queue.Action]func(context.Context, ...core.TransferID) error{
		queue.ActResume: c.Resume, queue.ActRetry: c.Retry, queue.ActFirst: c.First, queue.ActLast: c.Last,
	}
	verb := verbs[a]
	if a == queue.ActRetry && v.anyUnknown(ids) {
		v.askAgain(func() { v.host.Act(func(ctx context.Context) error { return verb(ctx, ids...) }) })
		return
	}
	v.host.Act(func(ctx context.Context) error { return verb(ctx, ids...) })
}

func (v *View) anyUnknown(ids []core.TransferID) bool {
	for _, id := range ids {
		if r := v.model.Find(id); r != nil && r.State() == core.StateUnknown {
			return true
		}
	}
	return false
}
