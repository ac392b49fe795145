package engine

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/artstore/ingester/core"
)

// memory is a Store that remembers every version that was durable.
type memory struct {
	mu       sync.Mutex
	rows     map[core.TransferID]core.Transfer
	unlisted map[core.TransferID]bool
	attempts map[core.TransferID]map[int]core.Attempt
	versions map[core.TransferID][]core.Transfer
	batches  int
	refuse   func(core.Batch) error
}

func newMemory() *memory {
	return &memory{
		rows: map[core.TransferID]core.Transfer{}, unlisted: map[core.TransferID]bool{},
		attempts: map[core.TransferID]map[int]core.Attempt{}, versions: map[core.TransferID][]core.Transfer{},
	}
}

// Unfinished implements Store.
func (m *memory) Unfinished(context.Context) ([]core.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []core.Transfer
	for id, t := range m.rows {
		if !t.State.InHistory() && !m.unlisted[id] {
			list = append(list, t)
		}
	}
	inOrder(list)
	return list, nil
}

// Commit implements Store.
func (m *memory) Commit(_ context.Context, b core.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		if err := m.refuse(b); err != nil {
			return err
		}
	}
	m.batches++
	for _, t := range b.Put {
		t.Sent = 0
		m.rows[t.ID] = t
		m.versions[t.ID] = append(m.versions[t.ID], t)
	}
	for _, a := range b.Attempts {
		if m.attempts[a.Transfer] == nil {
			m.attempts[a.Transfer] = map[int]core.Attempt{}
		}
		m.attempts[a.Transfer][a.Number] = a
	}
	for _, id := range b.Remove {
		if m.rows[id].State.InHistory() {
			m.unlisted[id] = true
		} else {
			delete(m.rows, id)
			delete(m.attempts, id)
		}
	}
	return nil
}

// Known implements Store.
func (m *memory) Known(_ context.Context, sources []core.Source) ([]core.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var known []core.Transfer
	for _, t := range m.rows {
		same := func(s core.Source) bool { return mayBe(t, s) }
		if t.State != core.StateCancelled && slices.ContainsFunc(sources, same) {
			known = append(known, t)
		}
	}
	slices.SortFunc(known, func(a, b core.Transfer) int { return b.QueuedAt.Compare(a.QueuedAt) })
	return known, nil
}

// Claimed implements Store.
func (m *memory) Claimed(_ context.Context, server, fileID string) (core.TransferID, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, t := range m.rows {
		if t.State == core.StateStored && t.Server == server && t.Receipt.FileID == fileID {
			return id, true, nil
		}
	}
	return "", false, nil
}

// Transfers implements Store.
func (m *memory) Transfers(_ context.Context, ids []core.TransferID) ([]core.Transfer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []core.Transfer
	for _, id := range ids {
		if t, ok := m.rows[id]; ok {
			found = append(found, t)
		}
	}
	return found, nil
}

// Attempts implements Store.
func (m *memory) Attempts(_ context.Context, id core.TransferID) ([]core.Attempt, error) {
	return m.rowsOf(id), nil
}

func (m *memory) with(f func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}

// rowsOf returns the attempts of a transfer in order.
func (m *memory) rowsOf(id core.TransferID) []core.Attempt {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []core.Attempt
	for _, n := range slices.Sorted(maps.Keys(m.attempts[id])) {
		list = append(list, m.attempts[id][n])
	}
	return list
}

// full is the error of a full disk.
func full(core.Batch) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "save queue", Message: "The disk is full."}
}
