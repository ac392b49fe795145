package content

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkOpen measures opening and checking a file, by its depth in the folder that the user named.
func BenchmarkOpen(b *testing.B) {
	for _, depth := range []int{0, 1, 4} {
		b.Run(strconv.Itoa(depth), func(b *testing.B) {
			dir := b.TempDir()
			name := "box/" + strings.Repeat("d/", depth) + "a"
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
				b.Fatal(err)
			}
			facts, err := os.Lstat(path)
			if err != nil {
				b.Fatal(err)
			}
			src := Describe(path, name, facts)
			for b.Loop() {
				f, err := Open(src)
				if err != nil {
					b.Fatal(err)
				}
				if err := f.Unchanged(); err != nil {
					b.Fatal(err)
				}
				_ = f.Close()
			}
		})
	}
}
