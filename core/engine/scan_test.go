package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// tree makes files and folders ("name/") below a new folder.
func tree(t testing.TB, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		folder := path
		if !strings.HasSuffix(name, "/") {
			folder = filepath.Dir(path)
		}
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if folder != path {
			if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

func scan(t *testing.T, paths ...string) core.Scan {
	t.Helper()
	found, err := New(Config{}).Scan(context.Background(), paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func names(found core.Scan) (list []string) {
	for _, s := range found.Sources {
		list = append(list, s.Name)
	}
	return list
}

func TestScan(t *testing.T) {
	dir := tree(t, "box/b.tif", "box/a.tif", "box/2/c.tif", "box/empty/", "z.txt", "other/d")
	found := scan(t, filepath.Join(dir, "z.txt"), filepath.Join(dir, "box"))
	if diff := cmp.Diff([]string{"z.txt", "box/2/c.tif", "box/a.tif", "box/b.tif"}, names(found)); diff != "" {
		t.Error(diff)
	}
	if found.Folders != 3 || found.Bytes != int64(len("z.txt")+len("box/2/c.tif")+2*len("box/a.tif")) || len(found.Skipped) != 0 {
		t.Errorf("%+v", found)
	}
	for _, s := range found.Sources {
		facts, err := os.Lstat(s.Path)
		if err != nil || !filepath.IsAbs(s.Path) || s.Size != facts.Size() || !s.ModTime.Equal(facts.ModTime()) || s != content.Describe(s.Path, s.Name, facts) {
			t.Errorf("%+v, %v", s, err)
		}
	}
}

func TestScanRelative(t *testing.T) {
	t.Chdir(tree(t, "box/a"))
	found := scan(t, "box/../box", ".")
	if len(found.Sources) != 1 || found.Sources[0].Name != "box/a" || !filepath.IsAbs(found.Sources[0].Path) {
		t.Errorf("%+v", found)
	}
}

// The same file is taken once, by whichever path: fault 45.
func TestScanDuplicates(t *testing.T) {
	dir := tree(t, "box/a", "box/b")
	found := scan(t, filepath.Join(dir, "box"), filepath.Join(dir, "box", "a"), filepath.Join(dir, "box"))
	if len(found.Sources) != 2 || len(found.Skipped) != 3 {
		t.Errorf("%+v", found)
	}
	for _, s := range found.Skipped {
		if s.Reason != core.SkipDuplicate {
			t.Errorf("%+v", s)
		}
	}
}

// A path that doesn't exist, or isn't one, is reported, and the others are found.
// If nothing is left, that is an error.
func TestScanMissing(t *testing.T) {
	dir := tree(t, "a", "empty/")
	for path, reason := range map[string]core.SkipReason{
		filepath.Join(dir, "b"): core.SkipMissing, "": core.SkipMissing, filepath.Join(dir, "a", "below"): core.SkipUnreadable,
		filepath.Join(dir, strings.Repeat("long", 100)): core.SkipUnreadable,
	} {
		found := scan(t, path, filepath.Join(dir, "a"), path)
		if len(found.Sources) != 1 || len(found.Skipped) != 2 || found.Skipped[0].Path != path || found.Skipped[0].Reason != reason || found.Skipped[0].Err == nil {
			t.Errorf("%q: %+v", path, found)
		}
		scan(t, path, filepath.Join(dir, "empty")) // the empty folder could be read
		for _, paths := range [][]string{{path}, {path, filepath.Join(dir, "c")}} {
			found, err := New(Config{}).Scan(context.Background(), paths, nil)
			if core.AsError(err).Kind != core.KindFile || !strings.Contains(err.Error(), path) || len(found.Sources)+len(found.Skipped) != 0 {
				t.Errorf("%q: %+v, %v", paths, found, err)
			}
		}
	}
}

// Fault 43: a scan of many files is cancelled at once.
func TestScanCancelled(t *testing.T) {
	list := []string{}
	for i := range 3 * progressEvery {
		list = append(list, "box/"+strings.Repeat("x", i/100+1)+string(rune('a'+i%26))+strings.Repeat("y", i%100+1))
	}
	dir := tree(t, list...)
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	_, err := New(Config{}).Scan(ctx, []string{dir}, func(p core.ScanProgress) {
		if calls++; p.Files == 0 {
			t.Errorf("%+v", p)
		}
		cancel()
	})
	if !errors.Is(err, context.Canceled) || core.CodeOf(err) != core.CodeCancelled || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// Fault 43: many files in many folders, each found once. SOAK=1 makes it 100,000.
func TestScanMany(t *testing.T) {
	folders := 20
	if os.Getenv("SOAK") != "" {
		folders = 1000
	}
	var list []string
	for folder := range folders {
		for file := range 100 {
			list = append(list, fmt.Sprintf("box/%03d/%02d.tif", folder, file))
		}
	}
	found := scan(t, tree(t, list...))
	seen := map[string]bool{}
	for _, s := range found.Sources {
		seen[s.Path] = true
	}
	if len(seen) != len(list) || len(found.Sources) != len(list) || len(found.Skipped) != 0 || found.Folders != folders+2 {
		t.Errorf("%d of %d files in %d folders", len(seen), len(list), found.Folders)
	}
}

// Fault 43: five hundred folders deep, and the end of the progress.
func TestScanDeep(t *testing.T) {
	dir := tree(t, strings.Repeat("d/", 500)+"file")
	var last core.ScanProgress
	found, err := New(Config{}).Scan(context.Background(), []string{filepath.Join(dir, "d")}, func(p core.ScanProgress) { last = p })
	if err != nil || len(found.Sources) != 1 || found.Folders != 500 || last.Files != 1 || last.Folders != 500 || last.Bytes == 0 {
		t.Errorf("%d folders, %+v, %v", found.Folders, last, err)
	}
}

func TestScanIsInOrder(t *testing.T) {
	dir := tree(t, "x/c", "x/B", "x/a/1", "x/a/0", "x/é")
	want := names(scan(t, filepath.Join(dir, "x")))
	if !slices.Equal(want, []string{"x/B", "x/a/0", "x/a/1", "x/c", "x/é"}) {
		t.Errorf("%q", want)
	}
}

// BenchmarkScan scans 10,000 files in 100 folders.
func BenchmarkScan(b *testing.B) {
	var list []string
	for i := range 10_000 {
		list = append(list, "box/"+string(rune('a'+i%10))+"/"+string(rune('a'+i/10%10))+"/"+strings.Repeat("f", i/1000+1)+string(rune('a'+i/100%10))+".tif")
	}
	dir := tree(b, list...)
	for b.Loop() {
		if _, err := New(Config{}).Scan(context.Background(), []string{dir}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
