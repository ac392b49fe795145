package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// A folder that is renamed during an upload fails no file. Its files wait, which is
// reported once; those of another folder continue. When the folder is back, all files
// are stored.
func TestUploadOfFolderThatGoesAndComes(t *testing.T) {
	t.Parallel()
	dir, contents := writeTree(t, 200, func(i int) string { return fmt.Sprintf("here-%03d.txt", i) })
	other, more := writeTree(t, 50, func(i int) string { return fmt.Sprintf("there-%03d.txt", i) })
	maps.Copy(contents, more)
	var mu sync.Mutex
	taken := 0
	s := newServer(t, sandbox.Config{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/upload") {
				mu.Lock()
				if taken++; taken == 10 {
					if err := os.Rename(dir, dir+" gone"); err != nil {
						t.Error(err)
					}
				}
				mu.Unlock()
			}
			next.ServeHTTP(w, r)
		})
	}})
	cmd := s.command(t.TempDir(), "upload", "--profile-file", s.profileFile, "--json", dir, other)
	cmd.Env = append(cmd.Env, "INGESTER_LOG=info")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := 0
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if strings.Contains(lines.Text(), "files wait for a folder") {
				said++
			}
		}
	})
	elsewhere, told := 0, 0
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), `{"event":"summary"`) {
			continue
		}
		var l report.TransferLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Error(err)
		}
		switch {
		case l.Event == "waiting" && l.Path == dir:
			told++
		case l.Event != "transfer":
			t.Errorf("%s", lines.Text())
		case l.State != core.StateStored:
			t.Errorf("%s", lines.Text())
		case strings.HasPrefix(l.Name, "there-"):
			elsewhere++
		}
		if elsewhere == len(more) {
			elsewhere++ // once
			if err := os.Rename(dir+" gone", dir); err != nil {
				t.Error(err)
			}
		}
	}
	reading.Wait()
	if err := cmd.Wait(); err != nil || said != 1 || told != 1 {
		t.Errorf("it ended with %v; said %d times that it waits, and told %d times", err, said, told)
	}
	s.mustHave(t, contents)
}
