package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/artstore/ingester/core"
)

// uniqueID is the length from which on file IDs are unique over all servers.
// Servers that number their files have shorter ones.
const uniqueID = 32

// claimsSQL finds the transfers with given stored_nos.
const claimsSQL = `SELECT id, server FROM transfers WHERE stored_no IN (SELECT value FROM json_each(?)) ORDER BY stored_no`

// Claimed returns the transfer of the history, listed or not and of any profile,
// to which a server's file ID belongs. A short ID counts for that server only.
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

// ownerOf returns the oldest entry to which a server's file ID may belong.
func (s *Store) ownerOf(ctx context.Context, numbers []int64, server, fileID string) (core.TransferID, bool, error) {
	list, err := json.Marshal(numbers)
	if err != nil {
		return "", false, err
	}
	rows, err := s.readers.QueryContext(ctx, claimsSQL, string(list))
	if err != nil {
		return "", false, fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err reports errors
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
