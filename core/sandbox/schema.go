package sandbox

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/artstore/ingester/core"
)

// applicationID marks an index in its header ("ASSB", see
// https://www.sqlite.org/fileformat2.html#application_id).
const applicationID = 0x41535342

// migrations contain one step of the schema each. The user_version of an index is
// how many steps it has had. A step that was released never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings an index to the newest schema.
func migrate(ctx context.Context, db *sql.DB) error {
	steps, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return err
	}
	var id, version, tables int
	row := db.QueryRowContext(ctx, `SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
FROM pragma_application_id, pragma_user_version`)
	if err := row.Scan(&id, &version, &tables); err != nil {
		return err
	}
	switch empty := id == 0 && version == 0 && tables == 0; {
	case !empty && (id != applicationID || version == 0):
		return fmt.Errorf("%w: it is another database", errDamaged)
	case version > len(steps):
		return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreNewer, Op: op,
			Message: "the sandbox folder was written by a newer version of this program; update the program or name another folder"}
	}
	for n, name := range steps[version:] {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return err
		}
		// PRAGMA takes no parameters; both numbers are ours.
		script := fmt.Sprintf("BEGIN;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;", text, applicationID, version+n+1)
		if _, err := db.ExecContext(ctx, script); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// check reads the whole index and compares its tables with their indexes: a key that
// could not be found would let a file be stored twice.
func check(ctx context.Context, db *sql.DB) error {
	var verdict string
	err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict)
	if err == nil && verdict != "ok" {
		err = fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return err
}
