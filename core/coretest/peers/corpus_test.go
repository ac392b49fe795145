//go:build bench

package peers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// corpus is a folder of files of one size.
type corpus struct {
	dir   string
	size  int64
	names []string
	sums  map[string]string // hex SHA-256 by name
}

func (c corpus) bytes() int64 { return c.size * int64(len(c.names)) }

// newCorpus fills a folder with n files of size random bytes, and leaves them
// in the page cache.
func newCorpus(t *testing.T, n int, size int64) corpus {
	t.Helper()
	c := corpus{dir: filepath.Join(t.TempDir(), "files"), size: size, sums: map[string]string{}}
	if err := os.Mkdir(c.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source := rand.NewChaCha8([32]byte{1})
	for i := range n {
		name := fmt.Sprintf("file-%05d.bin", i)
		f, err := os.Create(filepath.Join(c.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.CopyN(io.MultiWriter(f, sum), source, size); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		c.names, c.sums[name] = append(c.names, name), hex.EncodeToString(sum.Sum(nil))
	}
	open(t, c.dir)
	return c
}

// open lets other users read the files in dir, as the contenders of a wide area network run as nobody.
func open(t *testing.T, dir string) {
	t.Helper()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}
