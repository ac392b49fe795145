package core

// Batch is a set of changes that become durable together or not at all.
type Batch struct {
	Put      []Transfer   // inserted, or replaced by ID
	Attempts []Attempt    // inserted, or replaced by transfer and number
	Remove   []TransferID // taken off the list; what was stored stays in the history
	Drops    []DropRecord // inserted, or added to what is kept of the drop
}

// Empty reports whether there is nothing to commit.
func (b Batch) Empty() bool {
	return len(b.Put) == 0 && len(b.Attempts) == 0 && len(b.Remove) == 0 && len(b.Drops) == 0
}
