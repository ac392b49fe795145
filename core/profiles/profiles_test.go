package profiles

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"github.com/artstore/ingester/core"
)

// wantNames checks that d has exactly these profiles.
func wantNames(t *testing.T, d *Dir, want ...string) {
	t.Helper()
	got, err := d.List()
	must(t, err)
	if diff := cmp.Diff(want, got, cmp.Transformer("len", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Error(diff)
	}
}

func TestDir(t *testing.T) {
	root := t.TempDir()
	d := Open(filepath.Join(root, "state", "profiles"))
	wantNames(t, d)
	_, err := d.Load("Prod")
	wantCode(t, err, core.CodeProfileNotFound)
	wantCode(t, d.Remove("Prod"), core.CodeProfileNotFound)

	for _, name := range []string{"Prod", "Ärchiv", "a test", "v1.2"} {
		must(t, d.Save(full(name, root)))
	}
	wantNames(t, d, "Prod", "a test", "v1.2", "Ärchiv")
	for _, name := range []string{"Prod", "Ärchiv", "a test", "v1.2"} {
		got, err := d.Load(name)
		must(t, err)
		if diff := cmp.Diff(full(name, root), got); diff != "" {
			t.Error(diff)
		}
	}
	changed := valid("Prod")
	must(t, d.Save(changed))
	if got, err := d.Load("Prod"); err != nil || got != changed {
		t.Errorf("got %+v, %v", got, err)
	}
	must(t, d.Remove("a test"))
	must(t, d.Remove("Ärchiv"))
	wantNames(t, d, "Prod", "v1.2")
	wantFiles(t, d, "Prod.toml", "v1.2.toml")
}

// wantFiles checks that the folder has exactly these files, and no temporary one.
func wantFiles(t *testing.T, d *Dir, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(d.path)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSaveRefusesInvalid(t *testing.T) {
	d := Open(filepath.Join(t.TempDir(), "profiles"))
	bad := valid("Prod")
	bad.IngesterURL, bad.Auth.Timeout, bad.Upload.Concurrency = "ftp://x", "soon", -1
	message := wantCode(t, d.Save(bad), core.CodeProfileInvalid)
	for _, key := range []string{"ingester_url", "auth.timeout", "upload.concurrency"} {
		if !strings.Contains(message, key) {
			t.Errorf("%s is not named: %s", key, message)
		}
	}
	if _, err := os.Stat(d.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder was made for nothing: %v", err)
	}
	must(t, d.Save(valid("Prod")))
	wantCode(t, d.Save(bad), core.CodeProfileInvalid)
	if got, err := d.Load("Prod"); err != nil || got != valid("Prod") {
		t.Errorf("the good file was touched: %+v, %v", got, err)
	}
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "a:b", ".hidden", " a", "x\x00", strings.Repeat("n", 65)} {
		wantCode(t, d.Save(valid(name)), core.CodeProfileInvalid)
	}
	wantFiles(t, d, "Prod.toml")
}

// TestNames saves names that file systems have trouble with.
func TestNames(t *testing.T) {
	d := Open(t.TempDir())
	long := strings.Repeat("𐌰", 63) // each letter has 4 bytes
	names := []string{"CON", "nul", "com1.backup", "LPT9 .x", "_CON", "CONSOLE", "Prod.", "Prod.toml", long + "𐌱", long + "𐌲"}
	for _, name := range names {
		must(t, d.Save(valid(name)))
	}
	for _, name := range names {
		if got, err := d.Load(name); err != nil || got.Name != name {
			t.Errorf("%s: got %q, %v", name, got.Name, err)
		}
	}
	files, err := os.ReadDir(d.path)
	must(t, err)
	if len(files) != len(names) {
		t.Errorf("%d files for %d profiles", len(files), len(names))
	}
	for _, f := range files {
		if stem, ok := cutExtension(f.Name()); !ok || isDevice(stem) || len(f.Name()) > 255 || strings.HasSuffix(f.Name(), " ") {
			t.Errorf("bad file name %q", f.Name())
		}
	}
	for _, name := range names {
		must(t, d.Remove(name))
	}
	wantFiles(t, d)
}

func TestNamesThatDifferByCase(t *testing.T) {
	d := Open(t.TempDir())
	must(t, d.Save(valid("Prod")))
	for _, other := range []string{"prod", "PROD"} {
		err := d.Save(valid(other))
		if wantCode(t, err, core.CodeProfileInvalid); !errors.Is(err, fs.ErrExist) {
			t.Errorf("not fs.ErrExist: %v", err)
		}
	}
	must(t, d.Save(valid("한국")))
	if err := d.Save(valid(norm.NFD.String("한국"))); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the composed and the decomposed name are two: %v", err)
	}
	wantNames(t, d, "Prod", "한국")
}

func TestRename(t *testing.T) {
	d := Open(t.TempDir())
	must(t, d.Rename("", valid("Prod"))) // a new one
	must(t, d.Save(valid("Test")))
	must(t, d.Rename("Prod", full("Prod", d.path)))
	must(t, d.Rename("Prod", full("prod", d.path))) // only the case changes
	if got, err := d.Load("prod"); err != nil || got != full("prod", d.path) {
		t.Errorf("got %+v, %v", got, err)
	}
	must(t, d.Rename("prod", full("Live", d.path)))
	wantNames(t, d, "Live", "Test")
	for _, taken := range []string{"Test", "test"} {
		err := d.Rename("Live", valid(taken))
		if wantCode(t, err, core.CodeProfileInvalid); !errors.Is(err, fs.ErrExist) {
			t.Errorf("not fs.ErrExist: %v", err)
		}
	}
	if err := d.Rename("", valid("Live")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new profile replaces another: %v", err)
	}
	wantCode(t, d.Rename("Live", valid("")), core.CodeProfileInvalid)
	if got, err := d.Load("Live"); err != nil || got != full("Live", d.path) {
		t.Errorf("got %+v, %v", got, err)
	}
	wantFiles(t, d, "Live.toml", "Test.toml")
}

// TestDamagedFile: a file that can't be read hides no other, and can be overwritten or removed.
func TestDamagedFile(t *testing.T) {
	d := Open(t.TempDir())
	must(t, d.Save(valid("Prod")))
	put(t, filepath.Join(d.path, "Broken.toml"), "name = \"Broken")
	put(t, filepath.Join(d.path, "Other.toml"), "what = 1")
	put(t, filepath.Join(d.path, "nameless.toml"), strings.Replace(minimal, "Prod", "../x", 1))
	put(t, filepath.Join(d.path, "file.toml"), strings.Replace(strings.Replace(minimal, "Prod", "Invalid", 1), "sa_1", "", 1))
	put(t, filepath.Join(d.path, "notes.txt"), "not a profile")
	put(t, filepath.Join(d.path, "._Prod.toml"), "of macOS")
	put(t, filepath.Join(d.path, "folder.toml", "x"), "")
	wantNames(t, d, "Broken", "Invalid", "Other", "Prod", "nameless")
	for name, want := range map[string]string{"Broken": "line 1: not TOML", "Other": "unknown key what", "nameless": "name must be",
		"Invalid": "auth.client_id is required"} {
		_, err := d.Load(name)
		if message := wantCode(t, err, core.CodeProfileInvalid); !strings.Contains(message, want) {
			t.Errorf("%s: %s", name, message)
		}
	}
	must(t, d.Save(valid("Broken")))
	must(t, d.Save(valid("Invalid")))
	must(t, d.Remove("Other"))
	must(t, d.Remove("nameless"))
	wantNames(t, d, "Broken", "Invalid", "Prod")
	if got, err := LoadFile(filepath.Join(d.path, "file.toml")); err != nil || got != valid("Invalid") {
		t.Errorf("not saved where it was: %+v, %v", got, err)
	}
}

// TestForeignFileNames: a file that someone put there counts under the name inside it.
func TestForeignFileNames(t *testing.T) {
	d := Open(t.TempDir())
	put(t, filepath.Join(d.path, "handed-out.TOML"), minimal)
	put(t, filepath.Join(d.path, "Test.toml"), strings.Replace(minimal, "Prod", "Staging", 1))
	wantNames(t, d, "Prod", "Staging")
	must(t, d.Save(valid("Test"))) // must not overwrite Staging
	changed := valid("Prod")
	changed.Upload.TTLDays = 7
	must(t, d.Save(changed))
	wantFiles(t, d, "Test-2.toml", "Test.toml", "handed-out.TOML")
	wantNames(t, d, "Prod", "Staging", "Test")

	must(t, d.Save(valid("Copied")))
	put(t, filepath.Join(d.path, "Copied (copy).toml"), strings.Replace(strings.Replace(minimal, "Prod", "Copied", 1), "sa_1", "sa_2", 1))
	wantNames(t, d, "Copied", "Prod", "Staging", "Test")
	if got, err := d.Load("Copied"); err != nil || got != valid("Copied") {
		t.Errorf("the copy hides the original: %+v, %v", got, err)
	}
	must(t, d.Remove("Copied"))
	wantNames(t, d, "Prod", "Staging", "Test")
}

func TestImport(t *testing.T) {
	handed := t.TempDir()
	d := Open(filepath.Join(t.TempDir(), "profiles"))
	p := full("Prod", handed)
	path := filepath.Join(handed, "from-admin.toml")
	must(t, WriteFile(path, p))

	got, err := d.Import(path)
	must(t, err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Error(diff)
	}
	saved := content(t, filepath.Join(d.path, "Prod.toml"))
	if !strings.Contains(saved, "ca_cert_file = '"+filepath.ToSlash(filepath.Join(handed, "ca.pem"))+"'") {
		t.Errorf("the path is not absolute:\n%s", saved)
	}
	if got, err := d.Load("Prod"); err != nil || got != p {
		t.Errorf("got %+v, %v", got, err)
	}

	p.Name, p.Upload.TTLDays = "prod", 3
	must(t, WriteFile(path, p))
	_, err = d.Import(path)
	if wantCode(t, err, core.CodeProfileInvalid); !errors.Is(err, fs.ErrExist) {
		t.Errorf("not fs.ErrExist: %v", err)
	}
	p.Name = "Prod"
	must(t, WriteFile(path, p))
	_, err = d.Import(path)
	wantCode(t, err, core.CodeProfileInvalid)
	if content(t, filepath.Join(d.path, "Prod.toml")) != saved {
		t.Error("Import touched a saved profile")
	}
	_, err = d.Replace(path)
	must(t, err)
	if got, err := d.Load("Prod"); err != nil || got != p {
		t.Errorf("got %+v, %v", got, err)
	}

	_, err = d.Import(put(t, path, minimal+"client_secret='hunter2'"))
	wantCode(t, err, core.CodeProfileInvalid)
	_, err = d.Import(filepath.Join(handed, "none.toml"))
	wantCode(t, err, core.CodeProfileNotFound)
	wantNames(t, d, "Prod")
}

func TestExport(t *testing.T) {
	d := Open(t.TempDir())
	p := full("Prod", d.path)
	must(t, d.Save(p))
	var out bytes.Buffer
	must(t, d.Export("Prod", &out))
	if !strings.HasPrefix(out.String(), "# A profile of Ingester. It holds no secret") {
		t.Errorf("no word on secrets:\n%s", out.String())
	}
	got, err := LoadFile(put(t, filepath.Join(t.TempDir(), "elsewhere.toml"), out.String()))
	must(t, err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Error(diff)
	}
	wantCode(t, d.Export("none", &out), core.CodeProfileNotFound)
	closed, err := os.Open(os.DevNull) // can't be written to
	must(t, err)
	defer func() { _ = closed.Close() }()
	wantCode(t, d.Export("Prod", closed), core.CodeStoreFailed)
}
