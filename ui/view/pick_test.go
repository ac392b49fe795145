package view

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// Writing a file touches no other one, whatever its name.
func TestWritingTouchesNoOtherFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "history.csv")
	theirs := path + ".part"
	if err := os.WriteFile(theirs, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, broken := range []error{nil, errors.New("broken")} {
		err := WriteFile(path, func(w io.Writer) error {
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
}
