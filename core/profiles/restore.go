package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/artstore/ingester/core/smallfile"
)

// before is the earlier content of some profiles' files, so that it can be restored.
type before struct {
	dir   *Dir
	names []string
	files []kept
}

// kept is one file as it was. err is why it could not be read.
type kept struct {
	file string
	text []byte
	err  error
}

// Remember returns a function that restores the profiles of these names as they are now:
// it puts back those that were changed or removed, and removes those that didn't exist.
func (d *Dir) Remember(names ...string) (restore func() error, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := d.scan()
	if err != nil {
		return nil, err
	}
	b := d.copies(entries, names...)
	return func() error {
		d.mu.Lock()
		defer d.mu.Unlock()
		return b.restore()
	}, nil
}

func (d *Dir) copies(entries []entry, names ...string) before {
	b := before{dir: d, names: names}
	for _, e := range entries {
		if slices.Contains(names, e.name) {
			text, err := read(filepath.Join(d.path, e.file))
			b.files = append(b.files, kept{e.file, text, err})
		}
	}
	return b
}

// restore does the work without the lock.
func (b before) restore() error {
	entries, err := b.dir.scan()
	if err != nil {
		return err
	}
	var errs []error
	for _, k := range b.files {
		errs = append(errs, b.dir.putBack(k))
	}
	for _, e := range entries {
		was := slices.ContainsFunc(b.files, func(k kept) bool { return k.file == e.file })
		if was || !slices.Contains(b.names, e.name) {
			continue
		}
		if err := os.Remove(filepath.Join(b.dir.path, e.file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, unwritable(opSave, fmt.Sprintf("The profile %q could not be taken back.", e.name), err))
		}
	}
	return errors.Join(errs...)
}

// putBack writes a file as it was, unless it is unchanged.
func (d *Dir) putBack(k kept) error {
	path := filepath.Join(d.path, k.file)
	now, err := read(path)
	if k.err != nil && err != nil || err == nil && k.err == nil && bytes.Equal(now, k.text) {
		return nil // it could not be read before either, so it is left alone
	}
	if err = k.err; err == nil {
		err = smallfile.Write(path, k.text, fileMode)
	}
	if err != nil {
		return unwritable(opSave, "The profile file could not be put back: "+path, err)
	}
	return nil
}
