package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// readySuffix marks a complete new database, with all that could be saved of a
// damaged one, that has not taken its place yet.
const readySuffix = ".saved"

// recover puts a damaged database aside and replaces it by a new one with what
// could be read of it. If that fails, the next start finds the damaged one and
// tries again; once the new one is complete, it goes on from there (see settle).
func (s *Store) recover(ctx context.Context, cause error, now time.Time) error {
	s.log.Error("the queue is damaged; what can be read is saved", "path", s.path, "error", cause)
	temp, err := s.build(ctx)
	if err != nil {
		return fmt.Errorf("creating the queue: %w", err)
	}
	found, err := salvageInto(ctx, s.path, temp)
	if err != nil {
		return fmt.Errorf("saving what is left of the queue: %w", err)
	}
	found.Path, found.At, found.Cause = s.aside(now), now.UTC().Round(0), strings.TrimPrefix(cause.Error(), errDamaged.Error()+": ")
	if err := remember(ctx, temp, found); err != nil {
		return fmt.Errorf("saving what is left of the queue: %w", err)
	}
	if err := putInPlace(temp, found.Path+readySuffix); err != nil {
		return fmt.Errorf("creating the queue: %w", err)
	}
	s.recovered = found.Path
	s.log.Error("the damaged queue was put aside", "path", found.Path, "saved", found.Saved(), "lost", found.Lost(), "complete", found.Complete())
	return s.settle()
}

// aside returns an unused name for a damaged database.
func (s *Store) aside(now time.Time) string {
	aside := s.path + ".corrupt-" + now.UTC().Format("20060102-150405")
	for n, base := 2, aside; exists(aside); n++ {
		aside = fmt.Sprintf("%s-%d", base, n)
	}
	return aside
}

// settle renames the present database to the name that is noted in the new one, and
// puts the new one in its place. After a crash the next start finishes that.
func (s *Store) settle() error {
	ready, err := filepath.Glob(escapeGlob(s.path) + ".corrupt-*" + readySuffix)
	if err != nil || len(ready) == 0 {
		return err
	}
	aside := strings.TrimSuffix(ready[0], readySuffix)
	for _, suffix := range companions() {
		if err := os.Rename(s.path+suffix, aside+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keeping the damaged queue: %w", err)
		}
	}
	if err := os.Remove(s.path + checkSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing up: %w", err)
	}
	return putInPlace(ready[0], s.path)
}

// escapeGlob returns a pattern that matches only the path.
func escapeGlob(path string) string {
	if filepath.Separator == '\\' {
		return path // Windows knows no escapes, and hardly such names
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// account is the written form of a core.Recovery. Paths are bytes, because JSON
// text would change those that are not UTF-8.
type account struct {
	core.Recovery
	Folders [][]byte `json:"folders"`
}

// remember writes an account into the database at path. It stays until Acknowledge.
func remember(ctx context.Context, path string, found core.Recovery) error {
	a := account{Recovery: found}
	for _, dir := range found.Folders {
		a.Folders = append(a.Folders, []byte(dir))
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	db, err := openDB(path, "_txlock=immediate")
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO recoveries (path, account) VALUES (?, ?)", found.Path, string(text))
	return errors.Join(err, db.Close(), syncFile(path))
}

// Recoveries returns the accounts of damaged databases that Open has replaced, now
// or earlier, oldest first, as long as they are not acknowledged.
func (s *Store) Recoveries(ctx context.Context) ([]core.Recovery, error) {
	found, err := collect(ctx, s.readers, 1, func(row scanner) (r core.Recovery, err error) {
		var (
			path, text string
			a          account
		)
		if err := row.Scan(&path, &text); err != nil {
			return r, fmt.Errorf("reading an account: %w", err)
		}
		if json.Unmarshal([]byte(text), &a) != nil {
			a = account{Recovery: core.Recovery{Uncounted: true}}
		}
		a.Path = path
		for _, dir := range a.Folders {
			a.Recovery.Folders = append(a.Recovery.Folders, string(dir))
		}
		return a.Recovery, nil
	}, "SELECT path, account FROM recoveries ORDER BY path")
	s.note(err)
	return found, failed(opRead, err)
}

// Tell notes that a command has reported the damaged database at path, so that the
// next one doesn't.
func (s *Store) Tell(ctx context.Context, path string) error {
	_, err := s.writer.ExecContext(context.WithoutCancel(ctx),
		"UPDATE recoveries SET account = json_set(account, '$.told', json('true')) WHERE path = ? AND json_valid(account)", path)
	s.note(err)
	return failed(opSave, err)
}

// Acknowledge deletes the account of the damaged database at path, once the user
// has been told.
func (s *Store) Acknowledge(ctx context.Context, path string) error {
	_, err := s.writer.ExecContext(context.WithoutCancel(ctx), "DELETE FROM recoveries WHERE path = ?", path)
	s.note(err)
	return failed(opSave, err)
}
