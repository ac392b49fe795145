//go:build unix

package smallfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// The content of a pipe is read, whenever its writer comes.
func TestAwaitAWriter(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	for _, text := range []string{"secret\n", "longer than is taken"} {
		done := make(chan error, 1)
		go func() {
			w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // once there is a reader
			if err == nil {
				_, err = w.WriteString(text[:3])
			}
			if err == nil {
				_, err = w.WriteString(text[3:])
			}
			done <- errors.Join(err, w.Close())
		}()
		got, err := Await(t.Context(), pipe, 7)
		must(t, <-done)
		if len(text) <= 7 && (err != nil || string(got) != text) || len(text) > 7 && !errors.Is(err, ErrTooLarge) {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

// Waiting can be cancelled, both for a writer and for its content.
func TestAwaitIsGivenUp(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	for _, writer := range []bool{false, true} {
		if writer {
			w, err := os.OpenFile(pipe, os.O_RDWR, 0)
			must(t, err)
			defer func() { must(t, w.Close()) }()
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		enough := errors.New("enough")
		done := make(chan error, 1)
		go func() {
			_, err := Await(ctx, pipe, 7)
			done <- err
		}()
		cancel(enough)
		if err := <-done; !errors.Is(err, enough) {
			t.Errorf("writer %v: %v", writer, err)
		}
	}
}

// A pipe that was handed over has a writer from the beginning: Await waits for a slow one, but not for one that
// has ended without writing.
func TestAwaitAPipeThatIsOpen(t *testing.T) {
	for _, text := range []string{"", "secret\n"} {
		r, w, err := os.Pipe()
		must(t, err)
		path := fmt.Sprintf("/dev/fd/%d", r.Fd())
		done := make(chan error, 1)
		go func() {
			_, err := w.WriteString(text)
			done <- errors.Join(err, w.Close())
		}()
		got, err := Await(t.Context(), path, 7)
		if err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
		must(t, errors.Join(<-done, r.Close()))
	}
}

func TestAwaitOthers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, []byte("text"), 0o600))
	if got, err := Await(t.Context(), file, 7); err != nil || string(got) != "text" {
		t.Errorf("a file: %q, %v", got, err)
	}
	if got, err := Await(t.Context(), "/dev/null", 7); err != nil || len(got) != 0 {
		t.Errorf("no device that ends: %q, %v", got, err)
	}
	if _, err := Await(t.Context(), "/dev/zero", 7); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a device that does not end: %v", err)
	}
	if _, err := Await(t.Context(), filepath.Dir(file), 7); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Await(t.Context(), file+"x", 7); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}
