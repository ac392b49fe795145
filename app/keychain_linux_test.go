package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/coretest"
	"github.com/artstore/ingester/core/sandbox"
)

// A secret that is kept in a real Secret Service signs in from there, also
// after the keyring has been restarted; removing the profile deletes it.
func TestSecretInKeychain(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	keyring := coretest.NewSecretService(t)
	home := t.TempDir()
	run := func(stdin string, args ...string) (output string, code int) {
		t.Helper()
		cmd := exec.Command("ingester", args...)
		cmd.Env = append(keyring.Env(), "INGESTER_HOME="+home)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	must := func(want int, stdin string, args ...string) string {
		t.Helper()
		out, code := run(stdin, args...)
		if code != want {
			t.Fatalf("ingester %s: exit code %d, want %d: %s", strings.Join(args, " "), code, want, out)
		}
		return out
	}
	secret := s.ClientSecret().Reveal()
	dir, _ := writeTree(t, 2, func(i int) string { return string(rune('a'+i)) + ".txt" })

	must(exitOK, "", "profile", "import", s.profileFile)
	if out := must(exitUsage, "", "upload", "--profile", "Sandbox", dir); !strings.Contains(out, "client secret") {
		t.Errorf("without a secret: %s", out)
	}
	must(exitOK, secret+"\n", "profile", "set-secret", "Sandbox")
	must(exitOK, "", "upload", "--profile", "Sandbox", dir)

	keyring.Stop(t)
	keyring.Start(t, true)
	must(exitOK, "", "upload", "--profile", "Sandbox", "--again", dir)

	shown := must(exitOK, "", "profile", "show", "Sandbox")
	if strings.Contains(shown, secret) {
		t.Error("the profile shows the secret")
	}
	must(exitOK, "", "profile", "remove", "Sandbox")
	must(exitOK, "", "profile", "import", s.profileFile)
	must(exitUsage, "", "upload", "--profile", "Sandbox", "--again", dir)
}
