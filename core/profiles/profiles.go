// Package profiles reads and writes profile files, and keeps a folder of them.
//
// A profile file is TOML and has one profile, but never a secret. File paths in it are
// relative to its folder; in a core.Profile they are absolute.
package profiles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// The operations' names in errors.
const (
	opRead   = "read profile"
	opSave   = "save profile"
	opRemove = "remove profile"
	opImport = "import profile"
	opExport = "export profile"
)

// Dir is the folder of the saved profiles. It is safe for concurrent use by one process.
//
// Names of profiles in it differ by more than case, since a file system or a keychain
// may not distinguish "prod" from "Prod". The profile of a file that can't be read has
// the file's name without ".toml": it is listed, loading it says what is wrong, and it
// can be overwritten or removed like any other.
type Dir struct {
	path string
	mu   sync.Mutex // held by operations that read first and then write
}

// Open returns the folder at dir, which the first Save creates.
func Open(dir string) *Dir { return &Dir{path: dir} }

// List returns the names of the saved profiles, sorted.
func (d *Dir) List() ([]string, error) {
	entries, err := d.scan()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.name)
	}
	return slices.Compact(names), nil
}

// Load reads a saved profile. A profile whose values can't be used is returned together
// with the error, so that a form can show it.
func (d *Dir) Load(name string) (core.Profile, error) {
	entries, err := d.scan()
	if err != nil {
		return core.Profile{}, err
	}
	e, ok := find(entries, name)
	if !ok {
		return core.Profile{}, d.notFound(opRead, name)
	}
	return e.profile, e.err
}

// Save writes a profile under its name, and overwrites one with the same name. An invalid
// profile is refused, and the saved one stays as it was.
func (d *Dir) Save(p core.Profile) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.save(opSave, p)
}

// Rename saves p and removes the profile that was saved as previous; both may have the
// same name. If previous doesn't exist, such as "" for a new profile, nothing is removed.
// At every moment one of the two is saved, and after a failure everything is as before.
// Another profile with p's name is not overwritten: fs.ErrExist.
func (d *Dir) Rename(previous string, p core.Profile) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := d.renamable(previous, p)
	if err != nil {
		return err
	}
	before := d.copies(entries, previous, p.Name)
	old, ok := find(entries, previous)
	switch {
	case ok && sameName(previous, p.Name): // perhaps with a change of case
		err = writeFile(opSave, filepath.Join(d.path, old.file), p)
	default:
		if err = d.save(opSave, p); err == nil && ok {
			err = d.remove(opSave, previous)
		}
	}
	if err != nil {
		return errors.Join(err, before.restore())
	}
	return nil
}

// CanRename returns the error with which Rename would refuse.
func (d *Dir) CanRename(previous string, p core.Profile) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.renamable(previous, p)
	return err
}

// renamable returns the folder's entries if p may be saved instead of previous.
func (d *Dir) renamable(previous string, p core.Profile) ([]entry, error) {
	if _, err := prepare(opSave, p, d.path); err != nil {
		return nil, err
	}
	entries, err := d.scan()
	if err != nil {
		return nil, err
	}
	if _, ok := find(entries, previous); ok && sameName(previous, p.Name) {
		return entries, nil
	}
	if e, taken := rival(entries, p.Name); taken {
		return nil, d.exists(opSave, e.name)
	}
	return entries, nil
}

// Remove deletes a saved profile.
func (d *Dir) Remove(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.remove(opRemove, name)
}

// Import saves the profile of a file under its name, with absolute paths to the
// certificates, which stay where they are. A saved profile with that name is not
// overwritten: fs.ErrExist. Replace overwrites it.
func (d *Dir) Import(path string) (core.Profile, error) { return d.bring(path, false) }

// Replace is Import, but overwrites a saved profile with the same name.
func (d *Dir) Replace(path string) (core.Profile, error) { return d.bring(path, true) }

func (d *Dir) bring(path string, replace bool) (core.Profile, error) {
	p, err := LoadFile(path)
	if err != nil {
		return core.Profile{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := d.scan()
	if err != nil {
		return core.Profile{}, err
	}
	if e, taken := rival(entries, p.Name); taken && !replace {
		return core.Profile{}, d.exists(opImport, e.name)
	}
	return p, d.save(opImport, p)
}

// Export writes a saved profile with absolute paths.
func (d *Dir) Export(name string, w io.Writer) error {
	p, err := d.Load(name)
	if err != nil {
		return err
	}
	text, err := encode(p, "")
	if err != nil {
		return refused(opExport, name, err)
	}
	if _, err := io.Copy(w, bytes.NewReader(text)); err != nil {
		return unwritable(opExport, "The profile could not be written.", err)
	}
	return nil
}

// save is Save without the lock.
func (d *Dir) save(op string, p core.Profile) error {
	if _, err := prepare(op, p, d.path); err != nil {
		return err // checked before anything is created
	}
	if err := d.make(); err != nil {
		return unwritable(op, "The folder of the profiles could not be made: "+d.path, err)
	}
	entries, err := d.scan()
	if err != nil {
		return err
	}
	if e, taken := rival(entries, p.Name); taken && e.name != p.Name {
		return d.exists(op, e.name)
	}
	return writeFile(op, filepath.Join(d.path, d.place(entries, p.Name)), p)
}

// remove is Remove without the lock.
func (d *Dir) remove(op, name string) error {
	entries, err := d.scan()
	if err != nil {
		return err
	}
	if _, ok := find(entries, name); !ok {
		return d.notFound(op, name)
	}
	for _, e := range entries {
		if e.name != name {
			continue
		}
		if err := os.Remove(filepath.Join(d.path, e.file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(op, fmt.Sprintf("The profile %q could not be removed.", name), err)
		}
	}
	if err := smallfile.SyncDir(d.path); err != nil {
		return unwritable(op, fmt.Sprintf("The profile %q could not be removed for good.", name), err)
	}
	return nil
}

// make creates the folder, or takes away other users' access to it, as those who can
// write there decide where files are sent. The owner's own rights stay as they are.
func (d *Dir) make() error {
	if err := os.MkdirAll(filepath.Dir(d.path), dirMode); err != nil {
		return err
	}
	switch err := os.Mkdir(d.path, dirMode); {
	case err == nil:
		return os.Chmod(d.path, dirMode) // independent of the umask
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	info, err := os.Stat(d.path)
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	if mode&^dirMode == 0 || !info.IsDir() {
		return nil // if it is not a folder, later errors say that better
	}
	return os.Chmod(d.path, mode&dirMode)
}

func (d *Dir) notFound(op, name string) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: op,
		Message: fmt.Sprintf("There is no profile %q in %s.", name, d.path), Err: fs.ErrNotExist}
}

func (d *Dir) exists(op, name string) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: op,
		Message: fmt.Sprintf("There is a profile %q already; names must differ by more than case.", name), Err: fs.ErrExist}
}
