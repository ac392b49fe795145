package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// trigram is the shortest text, in characters, that the search index finds.
const trigram = 3

// The queries of History. Each walks an index from the newest row and stops at
// the limit.
const (
	allSQL = `SELECT ` + columns + ` FROM transfers WHERE stored_no IS NOT NULL ORDER BY stored_no DESC LIMIT ?1`

	searchSQL = `SELECT ` + columns + ` FROM transfers WHERE stored_no IN (
 SELECT rowid FROM (SELECT rowid FROM search WHERE search MATCH ?2 ORDER BY rowid DESC LIMIT ?1)
 UNION ALL SELECT stored_no FROM transfers WHERE file_id >= ?3 AND file_id < ?4
 UNION ALL SELECT stored_no FROM transfers WHERE sha256 >= ?3 AND sha256 < ?4
) ORDER BY stored_no DESC LIMIT ?1`

	wordsOfSQL = `SELECT stored_no, path, name, server, tags FROM transfers
WHERE stored_no IS NOT NULL ORDER BY stored_no DESC`

	numbersSQL = `SELECT ` + columns + ` FROM transfers
WHERE stored_no IN (SELECT value FROM json_each(?)) ORDER BY stored_no DESC`
)

// History returns stored transfers, newest first: those that have the query's
// text, in any case, in their name, path, server or one of their tags, or
// whose file ID or SHA-256 begins with it.
//
// A text of three characters or more is found through an index. A shorter one
// is looked for row by row, in words only, until the limit is reached.
func (s *Store) History(ctx context.Context, q core.HistoryQuery) ([]core.Transfer, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = -1 // SQLite: all
	}
	text := fold(strings.TrimSpace(q.Text))
	var (
		found []core.Transfer
		err   error
	)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		found, err = s.transfers(ctx, allSQL, limit)
	case n < trigram:
		found, err = s.scanHistory(ctx, text, limit)
	default:
		// Nothing sorts after the last code point: the range is all that
		// begin with the text.
		found, err = s.transfers(ctx, searchSQL, limit, phrase(text), text, text+string(utf8.MaxRune))
	}
	return found, failed(opRead, err)
}

// scanHistory looks for a text that is too short for the index.
func (s *Store) scanHistory(ctx context.Context, text string, limit int) ([]core.Transfer, error) {
	rows, err := s.readers.QueryContext(ctx, wordsOfSQL)
	if err != nil {
		return nil, fmt.Errorf("querying: %w", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what matters
	numbers := []int64{}
	for len(numbers) != limit && rows.Next() {
		var (
			number   int64
			src      core.Source
			server   string
			tagsJSON *string
			tags     []string
		)
		if err := rows.Scan(&number, &src.Path, &src.Name, &server, &tagsJSON); err != nil {
			return nil, fmt.Errorf("reading the history: %w", err)
		}
		if err := decode(tagsJSON, &tags); err != nil {
			return nil, fmt.Errorf("reading tags: %w", err)
		}
		if strings.Contains(searchWords(src, server, tags), text) {
			numbers = append(numbers, number)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	list, err := json.Marshal(numbers)
	if err != nil {
		return nil, err
	}
	return s.transfers(ctx, numbersSQL, string(list))
}

// searchWords are what History looks for a text in, one field a line.
func searchWords(src core.Source, server string, tags []string) string {
	words := append([]string{src.Path, server}, tags...)
	if !strings.HasSuffix(src.Path, src.Name) { // else found with the path
		words = append(words, src.Name)
	}
	return fold(strings.Join(words, "\n"))
}

// phrase quotes text for FTS5's MATCH.
func phrase(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }

// fold makes texts comparable: lower case, characters composed (file names
// from macOS come decomposed), no NUL, which would end SQLite's text.
func fold(text string) string {
	return strings.ReplaceAll(norm.NFC.String(strings.ToLower(strings.ToValidUTF8(text, "\uFFFD"))), "\x00", "\uFFFD")
}
