//go:build bench && !headless

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
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

// Goals of the window.
const (
	goalStart  = 0.5 // seconds
	goalRSS    = 150 // MB
	goalRest   = 2   // % of a core
	goalUpload = 10  // % of a core
	goalRows   = 40  // MB for 100,000 rows
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
	d                 *desktop
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

// series are the figures of each case, by its name.
type series map[string][]float64

func (s series) add(name string, v float64) { s[name] = append(s[name], v) }

func (s series) median(name string) float64 {
	all := slices.Sorted(slices.Values(s[name]))
	n := len(all)
	if n == 0 {
		return 0
	}
	return (all[(n-1)/2] + all[n/2]) / 2
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
		t: t, d: newDesktop(t), program: buildProgram(t), keyring: coretest.NewSecretService(t), queues: map[int]string{},
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

// running is a program with its window.
type running struct {
	b      *bench
	t      *testing.T
	cmd    *exec.Cmd
	window string
	took   float64 // seconds from its start until its window was there
}

// open starts a program and waits for its window.
func (b *bench) open(t *testing.T, title string, cmd *exec.Cmd) *running {
	for len(b.windows) > 0 {
		<-b.windows
	}
	begun := time.Now()
	startProcess(t, cmd)
	r := &running{b: b, t: t, cmd: cmd}
	late := time.After(patience)
	for there := false; !there; {
		select {
		case n := <-b.windows:
			there = n > 0
		case <-late:
			t.Fatalf("%s did not open", title)
		}
	}
	r.took = time.Since(begun).Seconds()
	r.window = b.d.window("^"+title+"$", 0, 0, 1100, 720)
	r.quiet()
	return r
}

// close ends the program and waits until its window has gone.
func (r *running) close() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	_ = r.cmd.Wait()
	late := time.After(patience)
	for n := 1; n > 0; {
		select {
		case n = <-r.b.windows:
		case <-late:
			r.t.Fatal("the window stays")
		}
	}
}

// used is the processor time that a process has had, in seconds.
func used(t *testing.T, cmd *exec.Cmd) float64 {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	// The name, in brackets, may hold anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	sum := 0.0
	for _, f := range fields[11:13] { // user, system
		ticks, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += ticks
	}
	return sum / 100 // USER_HZ
}

// share is the share of a core, in percent, that a process takes for a while.
func share(t *testing.T, cmd *exec.Cmd, span time.Duration) float64 {
	t.Helper()
	before, begun := used(t, cmd), time.Now()
	<-time.After(span)
	return (used(t, cmd) - before) / time.Since(begun).Seconds() * 100
}

// quiet waits until a program that has just begun, or worked, is at rest.
func (r *running) quiet() {
	r.t.Helper()
	still := 0
	eventually(r.t, "a program at rest", func() bool {
		if share(r.t, r.cmd, 500*time.Millisecond) < 8 {
			still++
		} else {
			still = 0
		}
		return still >= 3
	})
}

// memory is what a process has resident, and what of it is its own.
func memory(t *testing.T, cmd *exec.Cmd) (rss, anon float64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	get := func(key string) float64 {
		_, rest, _ := strings.Cut(string(status), "\n"+key+":")
		line, _, _ := strings.Cut(rest, "kB")
		kib, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return kib * 1024 / 1e6
	}
	return get("VmRSS"), get("RssAnon")
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
			b.d.x("mousemove", "--window", r.window, "600", "450", "click", "--repeat", strconv.Itoa(wheelSteps), "--delay", "16", button)
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

const (
	caseBar  = "trivial Fyne program, its progress bar moving four times a second"
	headless = ", command line" // after the name of a case
)

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
			home, server := b.home(t, u.rows, limit)
			r := b.open(t, "Ingester", b.command(home))
			if u.sorted {
				b.d.x("mousemove", "--window", r.window, "640", "206", "click", "1") // the head of the column
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

// report is the section of the document.
func (b *bench) report() string {
	var s strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&s, format+"\n", a...) }
	verdict := func(reached bool) string {
		if reached {
			return "reached"
		}
		return "**missed**"
	}
	line("### Start, memory, and the processor at rest\n")
	line("| | start, s | resident, MB | of that its own, MB | at rest, %% of a core |\n|---|---|---|---|---|")
	for _, name := range []string{caseTrivial, caseEmpty, caseFew, caseMany} {
		line("| %s | %.2f | %.0f | %.0f | %.1f |", name, b.start.median(name), b.rss.median(name), b.anon.median(name), b.rest.median(name))
	}
	start, rss, rest := b.start.median(caseEmpty), b.rss.median(caseEmpty), b.rest.median(caseEmpty)
	rows := b.rss.median(caseMany) - b.rss.median(caseFew)
	line("\n| goal | | |\n|---|---|---|")
	line("| start ≤ %.1f s | %.2f s | %s |", goalStart, start, verdict(start <= goalStart))
	line("| resident ≤ %d MB | %.0f MB | %s |", goalRSS, rss, verdict(rss <= goalRSS))
	line("| at rest ≤ %d %% of a core | %.1f %% | %s |", goalRest, rest, verdict(rest <= goalRest))
	line("| 100,000 files ≤ %d MB more than 1,000 | %.0f MB | %s |", goalRows, rows, verdict(rows <= goalRows))

	line("\n### While files go out\n")
	line("| | a second | %% of a core | over rest | command line | the window's part | goal |\n|---|---|---|---|---|---|---|")
	bar := b.busy.median(caseBar)
	line("| %s | | %.1f | %.1f | | %.1f | |", caseBar, bar, bar-b.rest.median(caseTrivial), bar-b.rest.median(caseTrivial))
	for _, u := range burdens() {
		unit, like := "files", "many files of 4 KiB"
		if u.large {
			unit, like = "MB", u.name
		}
		busy, alone := b.busy.median(u.name), b.busy.median(like+headless)
		over := busy - b.rest.median(u.name)
		part := over - alone
		line("| %s | %.0f %s | %.1f | %.1f | %.1f | %.1f | %d %s |", u.name, b.rate.median(u.name), unit, busy, over, alone, part,
			goalUpload, verdict(part <= goalUpload))
	}

	line("\n### Scrolling\n")
	line("| | ms of processor time a step of the wheel |\n|---|---|")
	for _, name := range []string{caseListFew, caseList, caseFew, caseMany} {
		line("| %s | %.2f |", name, b.wheel.median(name))
	}
	line("")
	return s.String()
}
