package controllertest

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/artstore/ingester/core"
)

func scanChecks() []check {
	return []check{
		{name: "files and folders", test: func(t *trial) {
			dir := t.TempDir()
			t.must(os.MkdirAll(filepath.Join(dir, "box", "inner"), 0o700))
			for name, size := range map[string]int{"box/b": 2, "box/inner/a": 1, "c": 3} {
				t.must(os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600))
			}
			var last core.ScanProgress
			paths := []string{filepath.Join(dir, "c"), filepath.Join(dir, "box")}
			found, err := t.Scan(t.Context(), paths, func(p core.ScanProgress) { last = p })
			t.must(err)
			var names []string
			for _, s := range found.Sources {
				names = append(names, s.Name)
				if !filepath.IsAbs(s.Path) || s.ModTime.IsZero() {
					t.Errorf("%s has path %q and time %v", s.Name, s.Path, s.ModTime)
				}
			}
			if want := []string{"c", "box/b", "box/inner/a"}; !slices.Equal(names, want) {
				t.Errorf("found %q, want %q", names, want)
			}
			if found.Bytes != 6 || found.Folders != 2 || len(found.Skipped) != 0 {
				t.Errorf("counted %d bytes, %d folders, skipped %v", found.Bytes, found.Folders, found.Skipped)
			}
			if want := (core.ScanProgress{Files: 3, Folders: 2, Bytes: 6}); last != want {
				t.Errorf("told %+v, want %+v", last, want)
			}
			if len(found.Roots) != 2 || found.Roots[1].Named != paths[1] || found.Roots[1].Path != paths[1] {
				t.Errorf("named were %+v", found.Roots)
			}
		}},
		{name: "links", test: func(t *trial) {
			file, dir := t.file("a", 1), t.TempDir()
			named, lost := filepath.Join(t.TempDir(), "named"), filepath.Join(t.TempDir(), "lost")
			t.must(os.Symlink(file, named))
			t.must(os.Symlink(filepath.Join(dir, "nothing"), lost))
			t.must(os.Symlink(file, filepath.Join(dir, "inside")))
			found := t.scan(named, dir, lost)
			if len(found.Sources) != 1 || found.Sources[0].Path != file || found.Sources[0].Name != "named" {
				t.Errorf("a link that is named: %+v", found.Sources)
			}
			if found.Roots[0].Path != file {
				t.Errorf("it leads to %q", found.Roots[0].Path)
			}
			t.wantSkipped(found, core.SkipSymlink, filepath.Join(dir, "inside"), lost)
		}},
		{name: "missing", test: func(t *trial) {
			for _, paths := range [][]string{{filepath.Join(t.TempDir(), "nothing")}, {""}, {filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}} {
				found, err := t.Scan(t.Context(), paths, func(core.ScanProgress) {})
				t.refused(err, core.KindFile, core.CodeFileMissing)
				if len(found.Sources)+len(found.Skipped)+len(found.Roots) != 0 {
					t.Errorf("%q: found %+v all the same", paths, found)
				}
			}
		}},
		{name: "missing beside others", test: func(t *trial) {
			missing := filepath.Join(t.TempDir(), "nothing")
			found := t.scan(missing, t.file("a", 1))
			if len(found.Sources) != 1 || found.Sources[0].Name != "a" {
				t.Errorf("found %+v", found.Sources)
			}
			t.wantSkipped(found, core.SkipMissing, missing)
		}},
		{name: "the same twice", test: func(t *trial) {
			file := t.file("a", 1)
			found := t.scan(file, file)
			if len(found.Sources) != 1 || found.Bytes != 1 {
				t.Errorf("found %+v", found.Sources)
			}
			t.wantSkipped(found, core.SkipDuplicate, file)
		}},
		{name: "nothing", test: func(t *trial) {
			if found := t.scan(); len(found.Sources)+len(found.Skipped) != 0 {
				t.Errorf("found %+v", found)
			}
		}},
		{name: "stopped", test: func(t *trial) {
			found, err := t.Scan(over(), []string{t.file("a", 1)}, func(core.ScanProgress) {})
			t.refused(err, core.KindCancelled, core.CodeCancelled)
			if len(found.Sources) != 0 {
				t.Errorf("found %+v", found.Sources)
			}
		}},
	}
}

func (t *trial) wantSkipped(found core.Scan, reason core.SkipReason, paths ...string) {
	t.Helper()
	var got []string
	for _, s := range found.Skipped {
		got = append(got, s.Path)
		if s.Reason != reason {
			t.Errorf("%s is skipped as %s, want %s", s.Path, s.Reason, reason)
		}
	}
	if !slices.Equal(got, paths) {
		t.Errorf("skipped %q, want %q", got, paths)
	}
}
