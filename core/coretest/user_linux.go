package coretest

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// nobody is a user without rights.
const nobody = 65534

// userPath is the search path of an ordinary user of Debian.
const userPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"

// AsUser runs the tests of this package whose names match pattern as an ordinary user, if this process
// is root's; all of them must pass.
func AsUser(t *testing.T, pattern string, env ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	dir := t.TempDir()
	for at := dir; at != filepath.Dir(os.TempDir()); at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && info.Mode().Perm()&0o011 != 0o011 {
			ownMode(t, at, info.Mode().Perm()|0o011)
		}
	}
	home := filepath.Join(dir, "home")
	binary := filepath.Join(dir, "tests")
	copyProgram(t, binary)
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(home, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), binary, "-test.run", pattern, "-test.v")
	cmd.Dir = home
	cmd.Env = append([]string{"PATH=" + userPath, "HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8"}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("as an ordinary user: %v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("--- PASS: ")) {
		t.Errorf("no test has the name %s:\n%s", pattern, out)
	}
}

// copyProgram copies this program to where other users can run it.
func copyProgram(t *testing.T, to string) {
	t.Helper()
	in, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // only for reading
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err != nil {
		t.Fatal(err)
	}
	ownMode(t, to, 0o755)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func ownMode(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
