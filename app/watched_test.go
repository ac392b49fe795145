//go:build !headless

package main

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/artstore/ingester/ui/uitest"
)

// windowSocket is the environment variable with the path of the socket on which
// this test binary, when it runs as the program, reports what its window shows.
const windowSocket = "UITEST_SOCKET"

// watched lets tests see what the program's window shows.
func watched(program func()) func() {
	return func() {
		if path := os.Getenv(windowSocket); path != "" {
			if err := uitest.Serve(context.Background(), path); err != nil {
				log.Fatal(err)
			}
		}
		program()
	}
}

// The real program does not report what its window shows: the package that does
// is not linked into it.
func TestOnlyTestsAreWatched(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "-tags", "migrated_fynedo", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := string(out)
	if !strings.Contains(linked, "github.com/artstore/ingester/ui\n") {
		t.Fatalf("no list of packages:\n%s", linked)
	}
	if strings.Contains(linked, "/uitest\n") {
		t.Error("package uitest is linked into the program")
	}
}
