package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/artstore/ingester/core"
)

// childEnv makes the test binary the process that is killed. It has the path of the database.
const childEnv = "INGESTER_STORE_CHILD"

// child works on the database until it is killed. Before each commit it prints a line for each
// transfer ("try ID state"), and after it "ok".
func child(path, round string) error {
	ctx := context.Background()
	s, err := Open(ctx, path, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if s.recovered != "" {
		return fmt.Errorf("taken for damaged: %s", s.recovered)
	}
	var previous []core.Transfer
	for n := int64(1); ; n++ {
		var b core.Batch
		var lines strings.Builder
		for i, t := range previous { // a third each: stored, removed, left
			switch i % 3 {
			case 0:
				b.Put = append(b.Put, done(t))
				fmt.Fprintf(&lines, "try %s stored\n", t.ID)
			case 1:
				b.Remove = append(b.Remove, t.ID)
				fmt.Fprintf(&lines, "try %s gone\n", t.ID)
			}
		}
		previous = previous[:0]
		for i := range 1 + n%7 {
			t := queued(core.TransferID(fmt.Sprintf("%s-%d-%d", round, n, i)), n)
			previous = append(previous, t)
			fmt.Fprintf(&lines, "try %s queued\n", t.ID)
			b.Attempts = append(b.Attempts, core.Attempt{Transfer: t.ID, Number: 1, Start: epoch})
		}
		b.Put = append(b.Put, previous...)
		if _, err := io.WriteString(os.Stdout, lines.String()); err != nil {
			return err
		}
		if err := s.Commit(ctx, b); err != nil {
			return err
		}
		if _, err := io.WriteString(os.Stdout, "ok\n"); err != nil {
			return err
		}
	}
}

// ledger has the acknowledged states of a killed process's transfers, and the states that it may
// have committed after them.
type ledger struct{ sure, tried map[string]string }

// TestKill is case 46: a process that commits is killed at random moments, 50 times with one
// database. Acknowledged commits are there, others are there completely or not at all, and the file
// is sound.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "queue.db")
	random := rand.New(rand.NewPCG(46, 46))
	total := 0
	for round := range 50 {
		l := kill(t, path, fmt.Sprint(round), random)
		s := openAt(t, path)
		if s.recovered != "" {
			t.Fatalf("round %d: taken for damaged", round)
		}
		l.check(t, s, fmt.Sprint(round))
		total += len(l.sure)
		if round%10 == 9 {
			whole(t, s)
		}
		if round%3 > 0 {
			must(t, s.Close())
			continue
		}
		// A copy as the killed process leaves it, with the log.
		left := filepath.Join(t.TempDir(), "queue.db")
		for _, suffix := range companions() {
			if data, err := os.ReadFile(path + suffix); err == nil {
				must(t, os.WriteFile(left+suffix, data, 0o600))
			}
		}
		must(t, s.Close())
		path = left
	}
	t.Logf("%d acknowledged transfers", total)
	if total == 0 {
		t.Error("nothing was acknowledged")
	}
}

// TestKillWhileCreating: there is no database or a complete one.
func TestKillWhileCreating(t *testing.T) {
	random := rand.New(rand.NewPCG(47, 47))
	for round := range 20 {
		path := filepath.Join(t.TempDir(), "state", "queue.db")
		killAfter(t, path, time.Duration(random.IntN(12_000))*time.Microsecond, path+newSuffix, path)
		s := openAt(t, path)
		if s.recovered != "" {
			t.Fatalf("round %d: taken for damaged", round)
		}
		whole(t, s)
		must(t, s.Close())
	}
}

func command(t *testing.T, path, round string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path, childEnv+"_ROUND="+round)
	return cmd
}

// killAfter runs a process on the database and kills it some time after one of the files has
// appeared, which it makes only after it has started.
func killAfter(t *testing.T, path string, d time.Duration, files ...string) {
	t.Helper()
	cmd := command(t, path, "0")
	must(t, cmd.Start())
	appeared := func(file string) bool { _, err := os.Stat(file); return err == nil }
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if slices.ContainsFunc(files, appeared) {
			break
		}
	}
	<-time.After(d)
	must(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed
}

// kill runs a process on the database, kills it after some commits and returns what it reported.
func kill(t *testing.T, path, round string, random *rand.Rand) ledger {
	t.Helper()
	cmd := command(t, path, round)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	l := ledger{sure: map[string]string{}, tried: map[string]string{}}
	lines, commits, enough := bufio.NewScanner(out), 0, 1+random.IntN(12)
	for lines.Scan() {
		var id, state string
		switch _, err := fmt.Sscanf(lines.Text(), "try %s %s", &id, &state); {
		case err == nil:
			l.tried[id] = state
		case lines.Text() == "ok":
			for id, state := range l.tried {
				l.sure[id] = state
			}
			clear(l.tried)
			if commits++; commits == enough {
				<-time.After(time.Duration(random.IntN(3000)) * time.Microsecond)
				must(t, cmd.Process.Kill())
			}
		default:
			t.Fatalf("unexpected %q", lines.Text())
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || stderr.Len() > 0 {
		t.Fatalf("not killed: %v, %s", err, stderr.String())
	}
	return l
}

// check compares the database with what is known.
func (l ledger) check(t *testing.T, s *Store, round string) {
	t.Helper()
	found := map[string]string{}
	list, err := s.Unfinished(t.Context())
	must(t, err)
	history, err := s.History(t.Context(), core.HistoryQuery{})
	must(t, err)
	for _, x := range append(list, history...) {
		if strings.HasPrefix(string(x.ID), round+"-") {
			found[string(x.ID)] = string(x.State)
		}
	}
	isNew := 0 // states of the last batch: all of them or none
	for id, state := range l.tried {
		got, ok := found[id]
		delete(found, id)
		if !ok {
			got = "gone"
		}
		switch before, known := l.sure[id]; {
		case got == state:
			isNew++
		case known && got == before, !known && got == "gone":
		default:
			t.Errorf("%s is %s, was %q, might be %s", id, got, before, state)
		}
		delete(l.sure, id)
	}
	if isNew != 0 && isNew != len(l.tried) {
		t.Errorf("%d of %d changes of the last batch were kept", isNew, len(l.tried))
	}
	for id, state := range l.sure {
		got, ok := found[id]
		delete(found, id)
		if !ok {
			got = "gone"
		}
		if got != state {
			t.Errorf("%s is %s, was acknowledged as %s", id, got, state)
		}
	}
	if len(found) > 0 {
		t.Errorf("never put: %v", found)
	}
}
