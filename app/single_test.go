package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A second start hands its files, as absolute paths, to the first; also where
// the state folder's path is too long for a socket.
func TestHandOver(t *testing.T) {
	for _, tt := range []struct{ name, below string }{
		{"short path", "."},
		{"long path", strings.Repeat("folder/", 20)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := filepath.Join(t.TempDir(), tt.below)
			f := folders{config: state, state: state, data: state}
			if err := f.make(); err != nil {
				t.Fatal(err)
			}
			if err := handOverTo(t.Context(), f, nil); err == nil {
				t.Error("there was nobody to hand over to")
			}
			ctx, stop := context.WithCancel(t.Context())
			opened, ended := make(chan []string, 1), make(chan error, 1)
			first, err := listenForStarts(ctx, f)
			if err != nil {
				t.Fatal(err)
			}
			go func() { ended <- first.serve(ctx, func(paths []string) { opened <- paths }) }()

			if err := handOverTo(t.Context(), f, []string{"/a/письмо.pdf", "b.txt"}); err != nil {
				t.Fatal(err)
			}
			here, err := filepath.Abs("b.txt")
			if err != nil {
				t.Fatal(err)
			}
			if got, want := <-opened, []string{"/a/письмо.pdf", here}; !slices.Equal(got, want) {
				t.Errorf("the first start opens %q, want %q", got, want)
			}
			odd := []string{"/a/caf\xe9.txt", "/a/caf\xe8.txt", "/a/caf\ufffd.txt", "/a/письмо.pdf"}
			if err := handOverTo(t.Context(), f, odd); err != nil {
				t.Fatal(err)
			}
			if got := <-opened; !slices.Equal(got, odd) {
				t.Errorf("of names that are not UTF-8 the first start opens %q, want %q", got, odd)
			}
			stop()
			if err := <-ended; err != nil {
				t.Errorf("ended with %v", err)
			}
			if err := handOverTo(t.Context(), f, nil); err == nil {
				t.Error("there is nobody any more")
			}
		})
	}
}
