//go:build bench

package peers

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// contender is a program that does the work of a case.
type contender struct {
	name string
	// command returns the command for a round. dir is a new, empty folder.
	command func(dir string) *exec.Cmd
	start   starter // nil: the case's own
	// run does the work in this process, if there is no command.
	run func() error
	// check checks what arrived, if the server's ledger doesn't have it.
	check func() error
}

// figures is the cost of one run.
type figures struct {
	seconds float64
	cpu     float64 // seconds, user and system
	peak    float64 // resident memory, MB
}

// result is a contender's rounds.
type result struct {
	name string
	runs []figures
}

func (r result) of(get func(figures) float64) []float64 {
	all := make([]float64, 0, len(r.runs))
	for _, f := range r.runs {
		all = append(all, get(f))
	}
	slices.Sort(all)
	return all
}

func seconds(f figures) float64 { return f.seconds }
func cpu(f figures) float64     { return f.cpu }
func peak(f figures) float64    { return f.peak }

func median(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// compete runs the contenders in turn, round after round, and checks each
// time that everything arrived.
func compete(t *testing.T, s *server, work corpus, hashes map[string]string, rounds int, start starter, all ...contender) []result {
	t.Helper()
	results := make([]result, len(all))
	for i, c := range all {
		results[i].name = c.name
	}
	for round := range rounds {
		for k := range all {
			i := (k + round) % len(all) // so that none is always first
			s.forget(hashes)
			f, err := once(t, all[i], start)
			if err == nil && all[i].check != nil {
				err = all[i].check()
			} else if err == nil && all[i].run == nil {
				err = s.check(work)
			}
			if err != nil {
				t.Fatalf("%s, round %d: %v", all[i].name, round+1, err)
			}
			results[i].runs = append(results[i].runs, f)
			t.Logf("%s: %.2f s, %.2f s CPU, %.0f MB", all[i].name, f.seconds, f.cpu, f.peak)
		}
	}
	return results
}

// starter starts a command, perhaps in another network namespace.
type starter func(*exec.Cmd) error

func here(c *exec.Cmd) error { return c.Start() }

// once runs a contender once.
func once(t *testing.T, c contender, start starter) (figures, error) {
	t.Helper()
	begun := time.Now()
	if c.run != nil {
		err := c.run()
		return figures{seconds: time.Since(begun).Seconds()}, err
	}
	dir, err := os.MkdirTemp(t.TempDir(), "run-*")
	if err != nil {
		return figures{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o777); err != nil {
		return figures{}, err
	}
	open(t, filepath.Dir(dir))
	cmd := c.command(dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if c.start != nil {
		start = c.start
	}
	begun = time.Now()
	if err := start(cmd); err != nil {
		return figures{}, err
	}
	var f figures
	done := make(chan struct{})
	watched := make(chan float64)
	go func() { watched <- watch(cmd.Process.Pid, done) }()
	err = cmd.Wait()
	f.seconds = time.Since(begun).Seconds()
	close(done)
	f.peak = <-watched
	f.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	if err != nil {
		text := out.Bytes()
		err = fmt.Errorf("%w: %s", err, text[max(0, len(text)-2000):])
	}
	return f, err
}

// watch returns the peak of a process's resident memory. The kernel's figure in rusage can't be used, as it
// includes the process that forked it.
func watch(pid int, done <-chan struct{}) float64 {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	var most float64
	for {
		if f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
			for lines := bufio.NewScanner(f); lines.Scan(); {
				if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
					kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 64)
					most = max(most, kb/1000*1.024)
				}
			}
			_ = f.Close()
		}
		select {
		case <-done:
			return most
		case <-tick.C:
		}
	}
}
