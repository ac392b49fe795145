package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// deafened is a server whose answers to uploads are lost, and whose list of files may
// be missing.
type deafened struct {
	lose   atomic.Int64 // how many of the next answers to uploads are lost
	closed atomic.Bool  // the list of files is missing
}

func (d *deafened) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch isUpload := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/upload"); {
		case isUpload && d.lose.Add(-1) >= 0:
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case r.URL.Path == "/api/v1/files":
			if d.closed.Load() {
				http.NotFound(w, r)
				return
			}
			fallthrough
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// The Admin Module of the first generation is asked about files whose answer was lost:
// at once, within the call, and by the next call for another file. A file that it lists
// is stored, once; one that it does not list stays unknown, and the report says when it
// is asked again.
func TestUnknownSettlesByItself(t *testing.T) {
	t.Parallel()
	d := &deafened{}
	s := newServer(t, sandbox.Config{Generation: 1, Wrap: d.wrap})
	home, dir := t.TempDir(), t.TempDir()
	write := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	d.lose.Store(3)
	lines, code := s.upload(t, home, write("a"), write("b"), write("c"))
	if code != exitOK || len(lines) != 3 || len(s.files(t)) != 3 {
		t.Errorf("exit code %d, %+v; the server has %d files", code, lines, len(s.files(t)))
	}

	d.lose.Store(1)
	d.closed.Store(true)
	unheard := write("d")
	lines, code = s.upload(t, home, unheard)
	if code != exitIncomplete || len(lines) != 1 || lines[0].State != core.StateUnknown || lines[0].AskedAgain != "next run" {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	d.closed.Store(false)
	if _, code = s.upload(t, home, write("other")); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	d.closed.Store(true)
	lines, code = s.upload(t, home, unheard)
	if code != exitOK || len(lines) != 1 || lines[0].State != core.StateStored || !lines[0].Skipped || len(s.files(t)) != 5 {
		t.Errorf("exit code %d, %+v; the server has %d files", code, lines, len(s.files(t)))
	}
}

// Tags are sent to the first generation within the metadata.
func TestTagsReachTheFirstGeneration(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Generation: 1})
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if lines, code := s.upload(t, t.TempDir(), "--tag", "box 14", "--metadata", `{"room":2}`, path); code != exitOK || len(lines) != 1 || len(lines[0].Differs) != 0 {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	files := s.files(t)
	if len(files) != 1 || len(files[0].Tags) != 0 || string(files[0].Metadata) != `{"room":2,"tags":["box 14"]}` {
		kept, _ := json.Marshal(files)
		t.Errorf("the server has %s", kept)
	}
}

// The list of the queue distinguishes a file that the server may have from one that
// waits to be sent.
func TestQueueTellsDoubt(t *testing.T) {
	t.Parallel()
	list := []core.Transfer{
		{ID: "1", State: core.StateWaiting, Source: core.Source{Path: "/a"}, Error: &core.Error{Op: "upload", Message: "Lost.", Outcome: core.OutcomeUnknown}},
		{ID: "2", State: core.StateWaiting, Source: core.Source{Path: "/b"}, Error: &core.Error{Op: "upload", Message: "Refused."}},
	}
	var text, lines strings.Builder
	if err := printQueue(streams{out: report.NewOutput(&text)}, list, core.Snapshot{}); err != nil {
		t.Fatal(err)
	}
	if want := "1  waiting  /a  the server may have it, and is asked: upload: Lost.\n2  waiting  /b  upload: Refused.\n"; text.String() != want {
		t.Errorf("%q, want %q", text.String(), want)
	}
	if err := printQueueJSON(streams{out: report.NewOutput(&lines)}, list); err != nil {
		t.Fatal(err)
	}
	first, second, _ := strings.Cut(lines.String(), "\n")
	if !strings.Contains(first, `"maybe_stored":true`) || strings.Contains(second, "maybe_stored") {
		t.Errorf("%s", lines.String())
	}
}
