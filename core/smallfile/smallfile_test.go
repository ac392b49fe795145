package smallfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadAndWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "note")
	for _, write := range []func(string, []byte, fs.FileMode) error{Write, Replace} {
		for _, text := range []string{"one", "", "another"} {
			must(t, write(path, []byte(text), 0o600))
			if got, err := Read(path, 7); err != nil || string(got) != text {
				t.Errorf("got %q, %v, want %q", got, err, text)
			}
		}
	}
	if _, err := Read(path, 6); !errors.Is(err, ErrTooLarge) || err.Error() != "it is larger than 6 bytes" {
		t.Errorf("too large: %v", err)
	}
	if _, err := Read(filepath.Join(dir, "none"), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	for what, err := range map[string]error{"Check": Check(dir), "Write": Write(dir, nil, 0o600), "Replace": Replace(dir, nil, 0o600)} {
		if !errors.Is(err, ErrNotRegular) {
			t.Errorf("%s of a folder: %v", what, err)
		}
	}
	if _, err := Read(dir, 1); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a folder was read: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// If writing fails, the old file stays, with nothing beside it.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "folder", "note")
	if err := Write(path, []byte("x"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("written into no folder: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "folder"), []byte("a file"), 0o600))
	if err := Write(path, []byte("x"), 0o600); err == nil {
		t.Error("written into a file")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// An export that fails leaves the old file, and touches no other one, whatever its name.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.csv")
	theirs := path + ".part"
	must(t, os.WriteFile(theirs, []byte("theirs"), 0o600))
	for _, broken := range []error{nil, errors.New("broken")} {
		err := Export(path, func(w io.Writer) error {
			_, err := io.WriteString(w, "ours")
			return errors.Join(err, broken)
		})
		if !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
		for file, want := range map[string]string{theirs: "theirs", path: "ours"} {
			if got, err := os.ReadFile(file); err != nil || string(got) != want {
				t.Errorf("%s holds %q, %v", file, got, err)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
	if err := Export(dir, func(io.Writer) error { return nil }); !errors.Is(err, ErrNotRegular) {
		t.Errorf("over a folder: %v", err)
	}
}
