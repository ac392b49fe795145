//go:build bench && !headless

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/sandbox"
	"github.com/artstore/ingester/core/store"
)

// How long is measured, and the sizes of the list.
const (
	restSpan   = 10 * time.Second
	uploadSpan = 8 * time.Second
	fewRows    = 1_000
	manyRows   = 100_000
	wheelSteps = 200
)

// TestWindow measures what the window costs, beside the least that a window
// with Fyne can be, in turn, ROUNDS times (3), and puts the medians into the
// document REPORT.
func TestWindow(t *testing.T) {
	rounds := 3
	if s := os.Getenv("ROUNDS"); s != "" {
		var err error
		if rounds, err = strconv.Atoi(s); err != nil {
			t.Fatalf("ROUNDS: %v", err)
		}
	}
	b := newBench(t)
	for range rounds {
		b.atRest()
		b.scrolling()
		b.uploads()
	}
	report := b.report()
	fmt.Print(report)
	if path := os.Getenv("REPORT"); path != "" {
		coretest.Publish(t, path, "window", report)
	}
}

// bench is the measurement: what is measured and what came of it.
type bench struct {
	t                 *testing.T
	d                 *screen
	windows           <-chan int // how many there are, each time that changes
	program, trivial  string
	keyring           *coretest.SecretService
	queues            map[int]string // databases, by their number of transfers
	tree, large       string         // what is uploaded
	warmed            bool
	start, rss, anon  series
	rest, wheel, busy series
	rate              series
}

// The cases.
const (
	caseTrivial = "trivial Fyne program"
	caseEmpty   = "empty list"
	caseFew     = "1,000 files in the list"
	caseMany    = "100,000 files in the list"
	caseListFew = "trivial list of 1,000 labels"
	caseList    = "trivial list of 100,000 labels"
)

func newBench(t *testing.T) *bench {
	b := &bench{
		t: t, d: newScreen(t), program: buildProgram(t), keyring: coretest.NewSecretService(t), queues: map[int]string{},
		start: series{}, rss: series{}, anon: series{}, rest: series{}, wheel: series{}, busy: series{}, rate: series{},
	}
	b.trivial = filepath.Join(t.TempDir(), "trivial")
	build := exec.Command("go", "build", "-tags", "migrated_fynedo", "-o", b.trivial, "./testdata/trivial")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the trivial program: %v\n%s", err, out)
	}
	b.windows = b.watch()
	for _, n := range []int{fewRows, manyRows} {
		b.queues[n] = writeQueue(t, n)
	}
	b.writeFiles()
	return b
}

// watch tells how many windows the window manager has, each time that changes.
func (b *bench) watch() <-chan int {
	spy := b.d.command(b.t.TempDir(), "xprop", "-root", "-spy", "_NET_CLIENT_LIST")
	out, err := spy.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	startProcess(b.t, spy)
	counts := make(chan int, 1024)
	go func() { // ends with xprop
		for lines := bufio.NewScanner(out); lines.Scan(); {
			counts <- strings.Count(lines.Text(), "0x")
		}
	}()
	return counts
}

// writeQueue makes a database with n paused transfers.
func writeQueue(t *testing.T, n int) string {
	path := filepath.Join(t.TempDir(), "queue.db")
	s, err := store.Open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-time.Hour)
	for first := 0; first < n; first += 1000 {
		var batch core.Batch
		for i := range 1000 {
			name := fmt.Sprintf("archive/box %03d/scan %06d.tiff", first/1000, first+i)
			batch.Put = append(batch.Put, core.Transfer{
				ID: core.TransferID(uuid.NewString()), Seq: int64(first + i + 1), State: core.StatePaused, QueuedAt: at,
				Source:  core.Source{Path: "/home/anna/" + name, Name: name, Size: 3 << 20, ModTime: at, FileID: fmt.Sprint("2049:", first+i)},
				Options: core.Options{Profile: benchProfile, Retention: core.RetentionTemporary, TTLDays: 30}, Server: "https://ingester.example:8020",
			})
		}
		if err := s.Commit(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// What is uploaded: folders of as many small files as the window takes without
// a question, and one large file.
const (
	folders4k  = 12
	perFolder  = 1000
	smallSize  = 4 << 10
	largeSize  = 4 << 30
	smallLimit = "1300KiB" // some 325 files a second, each of which changes three times
	largeLimit = "64MiB"   // in parts of 64 KiB
)

func (b *bench) writeFiles() {
	dir := b.t.TempDir()
	b.tree, b.large = filepath.Join(dir, "small"), filepath.Join(dir, "large.bin")
	content := noise(smallSize)
	for i := range folders4k * perFolder {
		path := filepath.Join(b.tree, fmt.Sprint("box ", i/perFolder), fmt.Sprintf("scan %04d.tiff", i%perFolder))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(path, append([]byte(path), content[len(path):]...), 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	f, err := os.Create(b.large)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := f.Truncate(largeSize); err != nil { // holes read as zeros
		b.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.t.Fatal(err)
	}
}

const benchProfile = "Archive"

// home makes the state of a program that has n transfers in its list, and a
// server that it is to upload to.
func (b *bench) home(t *testing.T, n int, limit string) (home string, server *testServer) {
	home = t.TempDir()
	own := filepath.Join(home, "ingester")
	server = newServer(t, sandbox.Config{})
	p := server.Profile()
	p.Name, p.Upload.BandwidthLimit = benchProfile, limit
	if err := profiles.Open(filepath.Join(own, "profiles")).Save(p); err != nil {
		t.Fatal(err)
	}
	if err := writeCurrent(folders{state: own, config: own}, benchProfile); err != nil {
		t.Fatal(err)
	}
	secret := b.command(home, "profile", "set-secret", benchProfile)
	secret.Stdin = strings.NewReader(server.ClientSecret().Reveal())
	if out, err := secret.CombinedOutput(); err != nil {
		t.Fatalf("keep the secret: %v\n%s", err, out)
	}
	if n > 0 {
		queue, err := os.ReadFile(b.queues[n])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(own, "queue.db"), queue, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home, server
}

// command is the program on the display.
func (b *bench) command(home string, args ...string) *exec.Cmd {
	cmd := b.d.command(home, b.program, args...)
	cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+b.keyring.Address)
	return cmd
}

// atRest measures start, memory and rest.
func (b *bench) atRest() {
	if !b.warmed { // the first start reads everything from the disk
		b.warmed = true
		b.each(func(_ *testing.T, _ string, r *running) { r.close() })
	}
	b.each(func(t *testing.T, name string, r *running) {
		b.start.add(name, r.took)
		b.rest.add(name, share(t, r.cmd, restSpan))
		rss, anon := memory(t, r.cmd)
		b.rss.add(name, rss)
		b.anon.add(name, anon)
		t.Logf("start %.2f s, %.0f MB, own %.0f, at rest %.1f %%", r.took, rss, anon, b.rest[name][len(b.rest[name])-1])
		r.close()
	})
}

// each opens the window with each number of files in the list, and the trivial
// program.
func (b *bench) each(do func(t *testing.T, name string, r *running)) {
	b.t.Run(caseTrivial, func(t *testing.T) {
		do(t, caseTrivial, b.open(t, "Trivial", b.d.command(t.TempDir(), b.trivial)))
	})
	for _, c := range []struct {
		name string
		rows int
	}{{caseEmpty, 0}, {caseFew, fewRows}, {caseMany, manyRows}} {
		b.t.Run(c.name, func(t *testing.T) {
			home, _ := b.home(t, c.rows, "")
			do(t, c.name, b.open(t, "Ingester", b.command(home)))
		})
	}
}

// scrolling measures what turning the wheel over the list costs.
func (b *bench) scrolling() {
	scroll := func(t *testing.T, name string, r *running) {
		rest := share(t, r.cmd, 2*time.Second)
		before, begun := used(t, r.cmd), time.Now()
		for _, button := range []string{"5", "4"} {
			at := b.d.middle(r.window)
			b.d.x("mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "--repeat", strconv.Itoa(wheelSteps), "--delay", "16", button)
		}
		r.quiet()
		cost := used(t, r.cmd) - before - rest/100*time.Since(begun).Seconds()
		b.wheel.add(name, cost/(2*wheelSteps)*1000)
		t.Logf("%.2f ms a step", cost/(2*wheelSteps)*1000)
		r.close()
	}
	for _, c := range []struct {
		name string
		rows int
	}{{caseListFew, fewRows}, {caseList, manyRows}} {
		b.t.Run("scroll "+c.name, func(t *testing.T) {
			scroll(t, c.name, b.open(t, "Trivial", b.d.command(t.TempDir(), b.trivial, "-rows", strconv.Itoa(c.rows))))
		})
	}
	for _, c := range []struct {
		name string
		rows int
	}{{caseFew, fewRows}, {caseMany, manyRows}} {
		b.t.Run("scroll "+c.name, func(t *testing.T) {
			home, _ := b.home(t, c.rows, "")
			scroll(t, c.name, b.open(t, "Ingester", b.command(home)))
		})
	}
}
