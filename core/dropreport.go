package core

// DropReport is what became of a drop.
type DropReport struct {
	DropRecord
	Transfers []Transfer // of the drop, oldest first; without those that were removed
	Earlier   []Transfer // those that the record names, as far as they are known
}

// In returns the drop's transfers in one of some states.
func (r DropReport) In(states ...State) []Transfer {
	var found []Transfer
	for _, t := range r.Transfers {
		for _, s := range states {
			if t.State == s {
				found = append(found, t)
			}
		}
	}
	return found
}

// Unfinished returns the drop's transfers that are still under way.
func (r DropReport) Unfinished() []Transfer {
	var found []Transfer
	for _, t := range r.Transfers {
		if !t.State.Done() {
			found = append(found, t)
		}
	}
	return found
}

// Before returns the transfers of earlier drops for which files were not queued, without
// those that the drop sent again after all.
func (r DropReport) Before() []Transfer {
	sent := make(map[string]bool, len(r.Transfers))
	for _, t := range r.Transfers {
		sent[t.Source.Path] = true
	}
	var found []Transfer
	for _, t := range r.Earlier {
		if !sent[t.Source.Path] {
			found = append(found, t)
		}
	}
	return found
}
