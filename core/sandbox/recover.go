package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core/smallfile"
)

// openVault opens the files below dir and finishes what a crash interrupted:
//
//   - an upload that was not complete is deleted;
//   - a content with a description, but without a row in the index, gets its row.
//     This also restores an index that was lost or damaged;
//   - a description that is missing or torn is written again from the index;
//   - a description without a content is deleted;
//   - a content without a description stays, and the log says so: an extra file is
//     better than a lost one.
func openVault(ctx context.Context, dir string, log *slog.Logger, now time.Time) (*vault, error) {
	v := &vault{dir: filepath.Join(dir, "files"), log: log, busy: map[string]bool{}}
	if err := os.MkdirAll(v.dir, privateDir); err != nil {
		return nil, err
	}
	found, err := v.scan()
	if err != nil {
		return nil, err
	}
	if v.index, err = openIndex(ctx, dir, v.dir, log, now); err != nil {
		return nil, err
	}
	err = v.takeOver(ctx, dir)
	if err == nil {
		err = v.match(ctx, found)
	}
	if err == nil {
		err = v.adopt(ctx, found)
	}
	if err != nil {
		return nil, errors.Join(err, v.close())
	}
	return v, nil
}

// presence is what is on disk of one file ID.
type presence struct {
	content   bool
	size      int64 // of the content
	described int64 // size of the description, 0 for none
}

// scan deletes unfinished files, and returns the others by file ID.
func (v *vault) scan() (map[string]presence, error) {
	entries, err := os.ReadDir(v.dir)
	if err != nil {
		return nil, err
	}
	found := map[string]presence{}
	for _, e := range entries {
		name := e.Name()
		if strings.HasSuffix(name, partSuffix) || smallfile.IsLeftover(name) {
			if err := os.Remove(v.path(name)); err != nil {
				return nil, err
			}
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			continue // not ours
		}
		id, isDescription := strings.CutSuffix(name, descriptionSuffix)
		p := found[id]
		if isDescription {
			p.described = info.Size()
		} else {
			p.content, p.size = true, info.Size()
		}
		found[id] = p
	}
	return found, nil
}

// match removes the files that the index has from found, and writes their
// descriptions again where those have another length.
func (v *vault) match(ctx context.Context, found map[string]presence) error {
	return v.index.each(ctx, func(r row) error {
		p := found[r.id]
		switch _, err := r.file(); {
		case err != nil:
			v.log.Warn("a row of the index is damaged and left out", "file_id", r.id, "err", err)
			return nil
		case !p.content:
			v.log.Warn("the content of a stored file is gone", "file_id", r.id)
			return nil
		}
		delete(found, r.id)
		if p.described == int64(len(r.description)) {
			return nil
		}
		return os.WriteFile(v.describing(r.id), r.description, privateFile)
	})
}

// adopt adds found files to the index, and deletes descriptions without a content.
func (v *vault) adopt(ctx context.Context, found map[string]presence) error {
	var adopted []File
	for id, p := range found {
		if !isID(id) {
			continue // not ours
		}
		if !p.content {
			if err := os.Remove(v.describing(id)); err != nil {
				return err
			}
			continue
		}
		f, err := v.readDescription(id, p)
		if err != nil {
			v.log.Warn("a file that nothing describes is left alone", "path", v.path(id), "err", err)
			continue
		}
		adopted = append(adopted, f)
	}
	if len(adopted) == 0 {
		return nil
	}
	slices.SortFunc(adopted, func(a, b File) int { return a.UploadedAt.Compare(b.UploadedAt) })
	rows := make([]row, len(adopted))
	for i, f := range adopted {
		var err error
		if rows[i], err = f.row(); err != nil {
			return err
		}
	}
	v.log.Warn("files that the index lacked are back in it", "count", len(rows))
	return v.index.add(ctx, rows...)
}

// readDescription reads the description of id, which has to fit its content.
func (v *vault) readDescription(id string, p presence) (File, error) {
	data, err := os.ReadFile(v.describing(id))
	if err != nil {
		return File{}, err
	}
	f, err := parseLine(data)
	switch {
	case err != nil:
		return File{}, err
	case f.ID != id:
		return File{}, errors.New("its description is another file's")
	case f.Size != p.size:
		return File{}, fmt.Errorf("it has %d bytes, its description says %d", p.size, f.Size)
	}
	return f, nil
}
