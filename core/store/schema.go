package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	sqlite3 "modernc.org/sqlite/lib"
)

// applicationID marks a database as ours in its header ("ASIN", see
// https://www.sqlite.org/fileformat2.html#application_id).
const applicationID = 0x4153494e

// migrationFiles has one step of the schema in each file. A database's user_version
// is the number of steps that it has seen. A released step never changes; changes
// come in a new one.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations returns the steps in order.
func migrations() ([]string, error) {
	entries, err := fs.ReadDir(migrationFiles, "migrations") // sorted by name
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	steps := make([]string, 0, len(entries))
	for _, e := range entries {
		text, err := migrationFiles.ReadFile("migrations/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		steps = append(steps, string(text))
	}
	return steps, nil
}

// migrate brings the database to the newest schema, each step in a transaction
// of its own. It returns errNewer, and changes nothing, when the database is
// ahead of this program.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := migrations()
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	for ; version < len(steps); version++ {
		if err := step(ctx, db, steps[version], version+1); err != nil {
			return fmt.Errorf("changing the schema to version %d: %w", version+1, err)
		}
	}
	return nil
}

// schemaVersion returns the number of steps that a database has seen, and errNewer
// if this program has fewer.
func schemaVersion(ctx context.Context, db *sql.DB) (int, error) {
	steps, err := migrations()
	if err != nil {
		return 0, err
	}
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	if version > len(steps) {
		return 0, errNewer
	}
	return version, nil
}

func step(ctx context.Context, db *sql.DB, text string, version int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // no-op once committed
	// PRAGMA takes no parameters; both numbers are ours.
	text += fmt.Sprintf(";\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;", applicationID, version)
	if _, err := tx.ExecContext(ctx, text); err != nil {
		if resultCode(err) == sqlite3.SQLITE_ERROR { // the tables of earlier steps are missing
			err = fmt.Errorf("%w: %w", errDamaged, err)
		}
		return err
	}
	return tx.Commit()
}
