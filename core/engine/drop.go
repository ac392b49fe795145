package engine

import "github.com/artstore/ingester/core"

// newDrop returns the record of the drop that a submission belongs to. Submissions run
// one after another, so that no two drops get the same ID.
func (e *Engine) newDrop(in *core.Intake) *core.DropRecord {
	if in == nil {
		in = &core.Intake{}
	}
	r := &core.DropRecord{Drop: core.Drop{ID: in.Join, Name: in.Name}, Skipped: in.Skipped}
	if r.ID == 0 {
		r.ID = max(core.DropID(e.now().UnixNano()), e.lastDrop+1)
		e.lastDrop = r.ID
	}
	return r
}

// record is what is kept of the drop besides its transfers.
func (s *submission) record() core.DropRecord {
	r := core.DropRecord{Drop: s.drop.Drop}
	found := core.DropRecord{Skipped: s.drop.Skipped}
	for i := range s.stored {
		found.Stored = append(found.Stored, s.stored[i].ID)
	}
	for _, id := range s.already {
		if it := s.e.items[id]; it != nil && !s.has(it) {
			found.Already = append(found.Already, id)
		}
	}
	r.Add(found)
	return r
}

// has reports whether a transfer belongs to the submission's drop.
func (s *submission) has(it *item) bool { d := it.shared.drop; return d != nil && d.ID == s.drop.ID }
