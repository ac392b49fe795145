package sandbox

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/core/smallfile"
)

const (
	// linesName is the index of earlier versions: one line of JSON for each
	// stored file. Of several lines for a file the last one counts.
	linesName = "index.jsonl"
	// importedName is its name once its files are in the database.
	importedName = linesName + ".imported"
	// importBatch is how many lines one transaction takes over.
	importBatch = 1000
)

// takeOver adds the files that an earlier version has stored to the index. If it is
// interrupted, the next start repeats it with the same result.
func (v *vault) takeOver(ctx context.Context, dir string) error {
	lines := filepath.Join(dir, linesName)
	file, err := os.Open(lines)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = errors.Join(v.importLines(ctx, file), file.Close()) // Windows can't rename an open file
	if err == nil {
		err = os.Rename(lines, filepath.Join(dir, importedName))
	}
	if err == nil {
		err = smallfile.SyncDir(dir)
	}
	return err
}

func (v *vault) importLines(ctx context.Context, from io.Reader) error {
	var rows []row
	add := func() error {
		err := v.index.add(ctx, rows...)
		rows = rows[:0]
		return err
	}
	r := bufio.NewReader(from)
	for at := 0; ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // a line without an end was cut off by a crash and never confirmed
			return add()
		}
		if err != nil {
			return err
		}
		if f, err := parseLine(line); err != nil {
			v.log.Warn("a line of the earlier index is damaged and left out", "offset", at, "err", err)
		} else {
			rows = append(rows, row{id: f.ID, key: f.Key, description: line})
		}
		at += len(line)
		if len(rows) == importBatch {
			if err := add(); err != nil {
				return err
			}
		}
	}
}
