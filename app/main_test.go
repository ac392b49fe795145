package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/artstore/ingester/core/sandbox"
)

// patience is how long a test waits for something before it fails. It is long because the
// machine may be busy; a test that passes does not wait so long.
const patience = 90 * time.Second

func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil { // they wait for processes and windows
		panic(err)
	}
	testscript.Main(m, map[string]func(){"ingester": watched(main)})
}

// TestScript tells stories of the command line, each in a file.
func TestScript(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script")
}

// runScripts runs the scripts of a folder.
func runScripts(t *testing.T, dir string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			env.Setenv("INGESTER_HOME", env.WorkDir+"/home")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":   scriptCode,
			"await":  scriptAwait,
			"secret": scriptSecret,
			"sent":   scriptSent,
		},
		RequireExplicitExec: true,
	})
}

// scriptCode runs a command that must end with an exit code: code 3 ingester …
func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptAwait waits until a file is there: await FILE
func scriptAwait(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(patience); ; {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s did not appear", args[0])
		}
		<-time.After(20 * time.Millisecond)
	}
}

// scriptSecret puts the secret of a sandbox's folder into the environment:
// secret DIR
func scriptSecret(ts *testscript.TestScript, _ bool, args []string) {
	var account struct {
		ClientSecret string `json:"client_secret"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0]+"/credentials.json")), &account))
	ts.Setenv("INGESTER_CLIENT_SECRET", account.ClientSecret)
}

// scriptSent checks that a sandbox's folder has files of these names, in order, and no
// others: sent DIR NAME…
func scriptSent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: sent DIR NAME…")
	}
	var names []string
	described, err := filepath.Glob(ts.MkAbs(args[0] + "/files/*.json"))
	ts.Check(err)
	for _, name := range described {
		var file sandbox.File
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &file))
		names = append(names, file.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, args[1:]) {
		ts.Fatalf("%s has %q, want %q", args[0], names, args[1:])
	}
}

// eventually polls until ok or the test's patience ends.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited too long for %s", what)
		case <-tick.C:
		}
	}
}
