//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// A process that may open few files and connections has few uploads under way, and stores
// all files nevertheless, over one connection or over many.
func TestUploadWithFewDescriptors(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2", "1.1"} {
		for _, limit := range []int{20, 40} {
			t.Run(fmt.Sprintf("HTTP %s, %d", version, limit), func(t *testing.T) {
				t.Parallel()
				s := newServer(t, sandbox.Config{})
				dir, contents := writeTree(t, 300, func(i int) string { return fmt.Sprintf("file-%03d.txt", i) })
				text, err := os.ReadFile(s.profileFile)
				if err != nil {
					t.Fatal(err)
				}
				profile := filepath.Join(filepath.Dir(s.profileFile), "few.toml")
				changed := regexp.MustCompile(`(?m)^http_version = .*`).ReplaceAll(text, []byte(`http_version = "`+version+`"`))
				if err := os.WriteFile(profile, changed, 0o600); err != nil {
					t.Fatal(err)
				}
				upload := s.command(t.TempDir(), "upload", "--profile-file", profile, "--json", dir)
				cmd := exec.Command("sh", append([]string{"-c", fmt.Sprintf(`ulimit -n %d; exec "$@"`, limit), "sh"}, upload.Args...)...)
				cmd.Env = upload.Env
				lines, code := runUpload(t, cmd)
				if code != exitOK {
					t.Errorf("exit code %d", code)
				}
				for _, l := range lines {
					if l.State != core.StateStored || l.Attempts != 1 {
						t.Errorf("%+v", l)
					}
				}
				s.mustHave(t, contents)
			})
		}
	}
}

func TestAttemptsThatFit(t *testing.T) {
	limit, used := descriptors()
	if limit == 0 || used < 3 || used >= limit {
		t.Errorf("%d of %d descriptors are in use", used, limit)
	}
}
