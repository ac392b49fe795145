//go:build bench && !headless

package main

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/ui/uitest"
)

const (
	caseBar  = "trivial Fyne program, its progress bar moving four times a second"
	headless = ", command line" // after the name of a case
)

// burden is a case of what the window costs while files go out.
type burden struct {
	name   string
	rows   int // paused ones, before those that are uploaded
	large  bool
	sorted bool // by state: what moves is what is seen
}

func burdens() []burden {
	return []burden{
		{name: "one large file, 64 MiB a second", large: true},
		{name: "many files of 4 KiB"},
		{name: "many files of 4 KiB, after 100,000 others", rows: manyRows},
		{name: "many files of 4 KiB, before 100,000 others, sorted by state", rows: manyRows, sorted: true},
	}
}

// uploads measures the window while files go out at a limited pace, and the
// command line at the same work: the difference is what showing it costs.
func (b *bench) uploads() {
	b.t.Run(caseBar, func(t *testing.T) {
		cmd := b.d.command(t.TempDir(), b.trivial, "-every", "250ms")
		startProcess(t, cmd)
		b.d.window("^Trivial$", 0, 0, 1100, 720)
		<-time.After(3 * time.Second)
		b.busy.add(caseBar, share(t, cmd, uploadSpan))
	})
	for _, u := range burdens() {
		limit, paths := smallLimit, b.folders()
		if u.large {
			limit, paths = largeLimit, []string{b.large}
		}
		if u.rows == 0 {
			b.t.Run(u.name+headless, func(t *testing.T) {
				home, server := b.home(t, 0, limit)
				cmd := b.command(home, append([]string{"upload", "--quiet"}, paths...)...)
				startProcess(t, cmd)
				b.sending(t, u.name+headless, u, server, cmd)
				_ = cmd.Process.Kill()
			})
		}
		b.t.Run(u.name, func(t *testing.T) {
			var head image.Point
			if u.sorted {
				head = b.whereIs(t, "Progress")
			}
			home, server := b.home(t, u.rows, limit)
			r := b.open(t, "Ingester", b.command(home))
			if u.sorted {
				b.d.x("mousemove", "--window", r.window, strconv.Itoa(head.X), strconv.Itoa(head.Y), "click", "1")
				r.quiet()
			}
			b.rest.add(u.name, share(t, r.cmd, 3*time.Second))
			for _, path := range paths {
				if out, err := b.command(home, path).CombinedOutput(); err != nil { // goes to the window that is open
					t.Fatalf("hand over: %v\n%s", err, out)
				}
			}
			b.sending(t, u.name, u, server, r.cmd)
			b.d.screenshot(r.window, "bench-"+strings.NewReplacer(" ", "-", ",", "").Replace(u.name))
			r.close()
		})
	}
}

// whereIs is the place of words in the window above a list. The program that is
// measured does not report it, but the test binary does, run as the program.
func (b *bench) whereIs(t *testing.T, words string) image.Point {
	home, _ := b.home(t, fewRows, "")
	p := &person{screen: b.d, t: t, home: home, env: []string{"DBUS_SESSION_BUS_ADDRESS=" + b.keyring.Address}}
	p.open()
	at := middle(p.find(words, func(t uitest.Thing) bool { return t.Says == words && t.Clickable }))
	(&running{b: b, t: t, cmd: p.running}).close()
	return at
}

func (b *bench) folders() []string {
	var paths []string
	for i := range folders4k {
		paths = append(paths, filepath.Join(b.tree, fmt.Sprint("box ", i)))
	}
	return paths
}

// sending measures a process whose upload is under way.
func (b *bench) sending(t *testing.T, name string, u burden, server *testServer, cmd *exec.Cmd) {
	t.Helper()
	arrived := func() float64 { // MB, or files
		if u.large {
			return float64(sizeOf(t, filepath.Dir(server.PublicKeyFile()))) / 1e6
		}
		files, err := server.Files(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return float64(len(files))
	}
	begin, end := 300.0, float64(folders4k*perFolder)
	if u.large {
		begin, end = 100, largeSize/1e6
	}
	eventually(t, "an upload under way", func() bool { return arrived() >= begin })
	before, begun := arrived(), time.Now()
	cost := share(t, cmd, uploadSpan)
	after := arrived()
	if after >= end {
		t.Errorf("the upload ended while it was measured")
	}
	b.busy.add(name, cost)
	b.rate.add(name, (after-before)/time.Since(begun).Seconds())
	t.Logf("%.1f %% of a core at %.0f a second", cost, b.rate[name][len(b.rate[name])-1])
}

// sizeOf is the number of bytes in the files below dir.
func sizeOf(t *testing.T, dir string) (sum int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // a file that was moved meanwhile
		}
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sum
}
