package main

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/artstore/ingester/core"
)

// liar is a file whose size is given as 0 although it has content.
const liar = "/proc/version"

// people changes files during a siege: one has a wrong size, and a folder is a link to
// another one at times.
func (s *siege) people(t *testing.T) {
	t.Helper()
	data, err := os.ReadFile(liar)
	if err != nil {
		t.Fatal(err)
	}
	s.also = []string{liar}
	s.expect(filepath.Base(liar), data)
	own, secret := []byte("of the folder"), []byte("of elsewhere!") // of the same size
	for dir, data := range map[string][]byte{s.dir: own, filepath.Dir(s.dir): secret} {
		path := filepath.Join(dir, "part", "part.tif")
		if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	s.expect("part.tif", own)
	s.elsewhere = map[string]string{filepath.Base(liar): liar, "part.tif": filepath.Join(s.dir, "part", "part.tif")}
}

func (s *siege) expect(name string, data []byte) {
	sum := sha256.Sum256(data)
	s.names, s.sums[name] = append(s.names, name), core.NewChecksum(sum[:])
}

// swap makes the folder a link to elsewhere, or itself again.
func (s *siege) swap(t *testing.T, link bool) {
	t.Helper()
	part, kept := filepath.Join(s.dir, "part"), filepath.Join(filepath.Dir(s.dir), "kept")
	_, err := os.Lstat(kept)
	switch linked := err == nil; {
	case link && !linked:
		err = errors.Join(os.Rename(part, kept), os.Symlink(filepath.Join(filepath.Dir(s.dir), "part"), part))
	case !link && linked:
		err = errors.Join(os.Remove(part), os.Rename(kept, part))
	default:
		err = nil
	}
	if err != nil {
		t.Fatal(err)
	}
}
