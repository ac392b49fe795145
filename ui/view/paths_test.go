package view

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/artstore/ingester/core"
)

// pasting is what a paste gives: paths, and lines that are none.
type pasting struct{ paths, left []string }

func (want pasting) check(t *testing.T, clip string) {
	t.Helper()
	paths, left := PastedPaths(clip)
	if !slices.Equal(paths, want.paths) || !slices.Equal(skippedPaths(left), want.left) {
		t.Errorf("%q gives %q and leaves %q, want %q and %q", clip, paths, skippedPaths(left), want.paths, want.left)
	}
}

func skippedPaths(all []core.Skipped) []string {
	var paths []string
	for _, s := range all {
		paths = append(paths, s.Path)
	}
	return paths
}

func FuzzPastedPaths(f *testing.F) {
	f.Add("file:///home/a\n/b\n\"/c\" '/d'")
	f.Fuzz(func(t *testing.T, clip string) {
		paths, _ := PastedPaths(clip)
		for _, p := range paths {
			if !filepath.IsAbs(p) {
				t.Errorf("%q gives %q", clip, p)
			}
		}
	})
}
