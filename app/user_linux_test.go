package main

import (
	"os"
	"os/exec"
	"testing"
)

// asUser makes a command of root subject to file modes, as those of other users are: it
// removes the capabilities that override them.
func asUser(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	path, err := exec.LookPath("setpriv") // util-linux, on every Debian
	if err != nil {
		t.Fatal(err)
	}
	const lost = "-dac_override,-dac_read_search"
	cmd.Args = append([]string{path, "--bounding-set", lost, "--inh-caps", lost, cmd.Path}, cmd.Args[1:]...)
	cmd.Path = path
}
