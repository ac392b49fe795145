//go:build unix

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// homelessCommand is the program in an environment without HOME and
// INGESTER_HOME.
func homelessCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("ingester", args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "HOME=") || strings.HasPrefix(pair, "INGESTER_HOME=") || strings.HasPrefix(pair, "XDG_")
	})
	return cmd
}

// The program works without HOME.
func TestUploadWithoutHome(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(file, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := homelessCommand("upload", "--sandbox", file)
	cmd.Env = append(cmd.Env, "XDG_CONFIG_HOME="+dir+"/c", "XDG_STATE_HOME="+dir+"/s", "XDG_DATA_HOME="+dir+"/d")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := os.Stat(dir + "/s/ingester/queue.db"); err != nil {
		t.Error(err)
	}
}

// Every command that finds another user's file in the program's folder names it, with its
// owner and what to do.
func TestForeignFilesAreNamed(t *testing.T) {
	t.Parallel()
	source := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(source, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file string // in the program's folder
		args []string
	}{
		"the lock":       {"lock", []string{"upload", "--sandbox", source}},
		"the queue":      {"queue.db", []string{"upload", "--sandbox", source}},
		"the history":    {"queue.db", []string{"history"}},
		"a profile":      {"profiles/Shop.toml", []string{"profile", "show", "Shop"}},
		"the one in use": {"current-profile", []string{"check"}},
	} {
		if os.Geteuid() != 0 && c.file != "lock" {
			continue // only root can make what the others need
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home, owner := foreignHome(t, c.file)
			cmd := exec.Command("ingester", c.args...)
			cmd.Env = append(os.Environ(), "INGESTER_HOME="+home)
			asUser(t, cmd)
			var said bytes.Buffer
			cmd.Stderr = &said
			var failed *exec.ExitError
			if err := cmd.Run(); !errors.As(err, &failed) || failed.ExitCode() != exitUsage {
				t.Errorf("it ended with %v, want exit code %d", err, exitUsage)
			}
			for _, word := range []string{home, "belongs to " + owner, "chown -R", "INGESTER_HOME"} {
				if !strings.Contains(said.String(), word) {
					t.Errorf("nothing says %q: %s", word, said.String())
				}
			}
		})
	}
}

// foreignHome is a folder of the program in which a file belongs to another user. Only
// root can give files away: for other users it is one of root's folders.
func foreignHome(t *testing.T, file string) (home, owner string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return "/usr", "root"
	}
	other, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	home = t.TempDir()
	path := filepath.Join(home, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chown(path, 65534, 65534)); err != nil {
		t.Fatal(err)
	}
	return home, other.Username
}

// An error with another reason is not changed.
func TestOwnFilesAreNotBlamed(t *testing.T) {
	home := t.TempDir()
	getenv := func(key string) string { return map[string]string{"INGESTER_HOME": home}[key] }
	for _, err := range []error{
		&core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed},
		&core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Err: os.ErrPermission},
		&core.Error{Kind: core.KindNetwork, Code: core.CodeUnreachable},
		errors.New("another"),
	} {
		if got := explainForeign(getenv, err); !errors.Is(got, err) || core.CodeOf(got) != core.CodeOf(err) {
			t.Errorf("got %v for %v", got, err)
		}
	}
}

// A file system without locks has another error than a lock that fails.
func TestLockError(t *testing.T) {
	for err, want := range map[error]core.Code{
		syscall.EOPNOTSUPP: core.CodeNoLocks,
		syscall.ENOLCK:     core.CodeNoLocks,
		syscall.ENOSYS:     core.CodeNoLocks,
		syscall.EIO:        core.CodeStoreFailed,
	} {
		got := lockError("/share/ingester/lock", err)
		if core.CodeOf(got) != want || !errors.Is(got, err) {
			t.Errorf("%v: got %v", err, got)
		}
		if named := strings.Contains(got.Error(), "The file system of /share/ingester can't lock"); named != (want == core.CodeNoLocks) {
			t.Errorf("%v: says %v", err, got)
		}
	}
}
