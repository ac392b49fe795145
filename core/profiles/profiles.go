// Package profiles keeps profile files.
package profiles

import (
	"errors"
	"io"

	"github.com/artstore/ingester/core"
)

// Dir is the folder of the saved profiles.
type Dir struct{ path string }

var errTODO = errors.New("not yet")

// Open returns the folder at dir.
func Open(dir string) *Dir { return &Dir{path: dir} }

// List returns the names of the saved profiles, sorted.
func (d *Dir) List() ([]string, error) { return nil, errTODO }

// Load reads a saved profile.
func (d *Dir) Load(name string) (core.Profile, error) { return core.Profile{}, errTODO }

// Save writes a profile.
func (d *Dir) Save(p core.Profile) error { return errTODO }

// Remove deletes a saved profile.
func (d *Dir) Remove(name string) error { return errTODO }

// Import saves the profile of a file under its name.
func (d *Dir) Import(path string) (core.Profile, error) { return core.Profile{}, errTODO }

// Export writes a saved profile.
func (d *Dir) Export(name string, w io.Writer) error { return errTODO }

// LoadFile reads a profile file.
func LoadFile(path string) (core.Profile, error) { return core.Profile{}, errTODO }

// WriteFile writes a profile file.
func WriteFile(path string, p core.Profile) error { return errTODO }
