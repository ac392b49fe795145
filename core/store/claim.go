package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/artstore/ingester/core"
)

// uniqueID is from what length on two servers never give out the same file ID:
// the ones that count them have short ones.
const uniqueID = 32

// claimsSQL finds the transfers of stored_nos.
const claimsSQL = `SELECT id, server FROM transfers WHERE stored_no IN (SELECT value FROM json_each(?)) ORDER BY stored_no`

// Claimed reports which transfer of the history, listed or not and of whatever
// profile, a server's file ID belongs to. IDs that a server counts are those of
// that server only.
func (s *Store) Claimed(ctx context.Context, server, fileID string) (owner core.TransferID, claimed bool, err error) {
	steps, err := migrations()
	if err != nil {
		return "", false, failed(opRead, err)
	}
	numbers, err := s.search(ctx, []term{{text: fold(fileID), id: true}}, -1, len(steps))
	if err == nil && len(numbers) > 0 {
		owner, claimed, err = s.ownerOf(ctx, numbers, server, fileID)
	}
	s.note(err)
	return owner, claimed, failed(opRead, err)
}

// ownerOf is the oldest of the entries that a server's file ID may belong to.
func (s *Store) ownerOf(ctx context.Context, numbers []int64, server, fileID string) (core.TransferID, bool, error) {
	list, err := json.Marshal(numbers)
	if err != nil {
		return "", false, err
	}
	rows, err := s.readers.QueryContext(ctx, claimsSQL, string(list))
	if err != nil {
		return "", false, fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	for rows.Next() {
		var (
			id core.TransferID
			at string
		)
		if err := rows.Scan(&id, &at); err != nil {
			return "", false, fmt.Errorf("reading the history: %w", err)
		}
		if len(fileID) >= uniqueID || core.ServerOf(at) == core.ServerOf(server) {
			return id, true, nil
		}
	}
	return "", false, rows.Err()
}
