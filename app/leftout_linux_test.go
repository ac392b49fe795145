package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artstore/ingester/core/sandbox"
)

// Files and folders that the user may not read are reported in text and JSON. They are a
// failure, unless --skip-ok allows that they are left out. The rest is stored.
func TestUnreadableIsLeftOut(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	names := []string{"good.txt", "secret.txt"}
	dir, contents := writeTree(t, len(names), func(i int) string { return names[i] })
	delete(contents, "secret.txt")
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(locked, 0o700) })
	if err := os.Chmod(filepath.Join(dir, "secret.txt"), 0); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	for _, tt := range []struct {
		flags          []string
		stdout, stderr []string // what it says
		not            string   // what it doesn't
		code           int
	}{
		{[]string{"--json"}, []string{
			`{"event":"transfer","path":"files/secret.txt","name":"secret.txt","size":2200,"state":"failed",`,
			`{"event":"skipped","path":"files/secret.txt","reason":"unreadable"}` + "\n",
			`{"event":"transfer","path":"files/locked","name":"locked","size":0,"state":"failed",`,
			`{"event":"skipped","path":"files/locked","reason":"unreadable"}` + "\n",
			`"files":3,"stored":1,"failed":2,"skipped":0,`, `"skipped_by_reason":{"unreadable":2}}` + "\n",
		}, nil, "", exitIncomplete},
		{nil, []string{"0 stored, 1 skipped, 2 not stored, "}, []string{"failed     files/secret.txt: ", "left out   files/locked: can't be read: "}, "left out   files/secret", exitIncomplete},
		{[]string{"--quiet"}, nil, []string{"failed     files/secret.txt: ", "left out   files/locked: can't be read: "}, "stored", exitIncomplete},
		{[]string{"--json", "--skip-ok"}, []string{
			`{"event":"skipped","path":"files/secret.txt","reason":"unreadable"}` + "\n",
			`{"event":"skipped","path":"files/locked","reason":"unreadable"}` + "\n",
			`"stored":0,"failed":0,"skipped":1,`, `"skipped_by_reason":{"known":1,"unreadable":2}}` + "\n",
		}, nil, `"failed","`, exitOK},
		{[]string{"--skip-ok"}, []string{"0 stored, 1 skipped, 2 left out, "}, []string{"left out   files/secret.txt: can't be read: ", "left out   files/locked: can't be read: "}, "failed", exitOK},
		{[]string{"--skip-ok", "--quiet"}, nil, nil, "files", exitOK},
	} {
		cmd := s.command(home, append([]string{"upload", "--profile-file", s.profileFile, "files"}, tt.flags...)...)
		cmd.Dir = filepath.Dir(dir)
		asUser(t, cmd)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if code := ended(t, cmd); code != tt.code {
			t.Errorf("%q: exit code %d, want %d", tt.flags, code, tt.code)
		}
		for _, words := range tt.stdout {
			if strings.Count(stdout.String(), words) != 1 {
				t.Errorf("%q does not say %q once:\n%s", tt.flags, words, &stdout)
			}
		}
		for _, words := range tt.stderr {
			if strings.Count(stderr.String(), words) != 1 {
				t.Errorf("%q does not say %q once on standard error:\n%s", tt.flags, words, &stderr)
			}
		}
		if said := stdout.String() + stderr.String(); tt.not != "" && strings.Contains(said, tt.not) {
			t.Errorf("%q says %q:\n%s", tt.flags, tt.not, said)
		}
	}
	s.mustHave(t, contents)
}
