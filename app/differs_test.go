package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// run runs a command of the program with the server's profile and returns what
// it printed.
func (s *testServer) run(t *testing.T, home, command string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	all := []string{command}
	if command == "upload" {
		all = append(all, "--profile-file", s.profileFile)
	}
	cmd := s.command(home, append(all, args...)...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run() // the exit code tells
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// differing are the fields that differ according to a transfer's line.
func differing(l report.TransferLine) string {
	var fields []string
	for _, d := range l.Differs {
		fields = append(fields, d.Field+" "+d.Asked+"→"+d.Got)
	}
	return strings.Join(fields, ", ")
}

// A server keeps a file otherwise than asked. The file is stored, but text, JSON, history
// and exit code report the difference. The next call reports it again, and does not send
// the file again. What the server really has decides.
func TestKeptOtherwise(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		faults  sandbox.Faults
		args    []string
		file    string
		differs string
		says    string
		kept    sandbox.File // retention, days and tags that the server has
	}{
		{"edit mode", sandbox.Faults{EditMode: true}, []string{"--retention", "permanent"}, "a.txt", "retention_policy permanent→temporary",
			"stored, but kept as temporary, 30 days, not permanent as asked", sandbox.File{Retention: core.RetentionTemporary, TTLDays: 30}},
		{"other days", sandbox.Faults{KeepDays: 30}, []string{"--ttl-days", "7"}, "a.txt", "ttl_days 7→30",
			"kept for 30 days, not 7 as asked", sandbox.File{Retention: core.RetentionTemporary, TTLDays: 30}},
		{"another name", sandbox.Faults{Rename: true}, nil, "é.txt", "original_filename é.txt→__.txt",
			`named "__.txt", not "é.txt"`, sandbox.File{Retention: core.RetentionTemporary, TTLDays: 30}},
		{"as asked", sandbox.Faults{}, []string{"--retention", "permanent", "--tag", "a"}, "a.txt", "",
			"", sandbox.File{Retention: core.RetentionPermanent, Tags: []string{"a"}}},
	} {
		for _, protocol := range []string{"multipart", "tus"} {
			if protocol == "tus" && tt.faults.Rename {
				continue // tus doesn't say how it names a file
			}
			t.Run(tt.name+" "+protocol, func(t *testing.T) {
				t.Parallel()
				s := newServer(t, sandbox.Config{Faults: tt.faults})
				home, path := t.TempDir(), filepath.Join(t.TempDir(), tt.file)
				if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
					t.Fatal(err)
				}
				want := exitOK
				if tt.differs != "" {
					want = exitIncomplete
				}
				args := slices.Concat(tt.args, []string{"--protocol", protocol, path})
				for i := range 2 { // the second time it is stored already
					lines, code := s.upload(t, home, args...)
					if code != want || len(lines) != 1 || lines[0].State != core.StateStored || !lines[0].Verified || lines[0].Skipped != (i > 0) || differing(lines[0]) != tt.differs {
						t.Errorf("round %d: exit code %d, %+v", i, code, lines)
					}
				}
				_, stderr, code := s.run(t, home, "upload", append([]string{"--quiet"}, args...)...)
				if code != want || !strings.Contains(stderr, tt.says) || (tt.says != "") != strings.Contains(stderr, "--again") {
					t.Errorf("exit code %d, says %q", code, stderr)
				}
				files := s.files(t)
				if len(files) != 1 {
					t.Fatalf("the server has %d files", len(files))
				}
				got := sandbox.File{Retention: files[0].Retention, TTLDays: files[0].TTLDays, Tags: files[0].Tags}
				if diff := cmp.Diff(tt.kept, got); diff != "" {
					t.Error(diff)
				}
				out, _, _ := s.run(t, home, "history", "--json")
				var row report.HistoryRow
				if err := json.Unmarshal([]byte(out), &row); err != nil {
					t.Fatal(err)
				}
				if row.Retention != files[0].Retention || row.TTLDays != files[0].TTLDays || !cmp.Equal(row.Tags, files[0].Tags) ||
					row.ExpiresAt.Unix() != files[0].ExpiresAt.Unix() || len(row.Differs) > 0 != (tt.differs != "") {
					t.Errorf("the history says %+v, the server has %+v", row, files[0])
				}
				for _, format := range []string{"", "--csv"} {
					args := []string{}
					if format != "" {
						args = []string{format}
					}
					out, _, _ := s.run(t, home, "history", args...)
					says := strings.ReplaceAll(strings.TrimPrefix(tt.says, "stored, but "), `"`, strings.Repeat(`"`, 1+len(format)/len("--csv")))
					if !strings.Contains(out, says) {
						t.Errorf("history %s: %q", format, out)
					}
				}
			})
		}
	}
}

// files are those that the server has.
func (s *testServer) files(t *testing.T) []sandbox.File {
	t.Helper()
	files, err := s.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Tags that the server loses are reported, and the history does not have them.
func TestTagsLost(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Faults: sandbox.Faults{LoseTags: true}})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	lines, code := s.upload(t, home, "--tag", "a", "--tag", "b", dir)
	if code != exitIncomplete || len(lines) != 1 || differing(lines[0]) != `tags ["a","b"]→[]` {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	if out, _, _ := s.run(t, home, "history", "--json"); strings.Contains(out, `"tags":["a"`) {
		t.Errorf("the history claims the tags: %s", out)
	}
	if files := s.files(t); len(files) != 1 || files[0].Tags != nil {
		t.Errorf("%+v", files)
	}
	// Without tags there is nothing to report.
	if lines, code := s.upload(t, home, dir); code != exitOK || len(lines) != 1 || !lines[0].Skipped {
		t.Errorf("exit code %d, %+v", code, lines)
	}
}

// If a call asks something else of a stored file, the difference is reported, and the
// file is sent only with --again; then the new options count.
func TestAskedOtherwise(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	for i, tt := range []struct {
		args    []string
		code    int
		differs string
		files   int // on the server, after it
	}{
		{nil, exitOK, "", 1},
		{nil, exitOK, "", 1},
		{[]string{"--ttl-days", "7"}, exitIncomplete, "ttl_days 7→30", 1},
		{[]string{"--tag", "x"}, exitIncomplete, `tags ["x"]→[]`, 1},
		{[]string{"--description", "words"}, exitIncomplete, "description words→", 1},
		{[]string{"--metadata", `{"box":"14"}`}, exitIncomplete, `metadata {"box":"14"}→`, 1},
		{[]string{"--retention", "permanent"}, exitIncomplete, "retention_policy permanent→temporary", 1},
		{[]string{"--retention", "permanent"}, exitIncomplete, "retention_policy permanent→temporary", 1},
		{[]string{"--retention", "permanent", "--again"}, exitOK, "", 2},
		{[]string{"--retention", "permanent"}, exitOK, "", 2},
		{nil, exitOK, "", 2}, // the first one is as asked
	} {
		lines, code := s.upload(t, home, append(tt.args, dir)...)
		if code != tt.code || len(lines) != 1 || lines[0].State != core.StateStored || differing(lines[0]) != tt.differs {
			t.Errorf("%d: exit code %d, %+v", i, code, lines)
		}
		if files := s.files(t); len(files) != tt.files {
			t.Fatalf("%d: the server has %d files", i, len(files))
		}
	}
}

// A server of the first generation makes temporary files permanent: once, and the history
// has it from then on.
func TestFinalisedOnUpload(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{Generation: 1})
	dir, _ := writeTree(t, 3, func(i int) string { return string(rune('a'+i)) + ".txt" })
	home := t.TempDir()
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Fatal(code)
	}
	lines, code := s.upload(t, home, "--retention", "permanent", dir)
	if code != exitOK || len(lines) != 3 {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	for _, l := range lines {
		if !l.Skipped || !l.Finalised || differing(l) != "" {
			t.Errorf("%+v", l)
		}
	}
	for _, f := range s.files(t) {
		if f.Retention != core.RetentionPermanent {
			t.Errorf("%+v", f)
		}
	}
	lines, code = s.upload(t, home, "--retention", "permanent", dir)
	if code != exitOK || len(lines) != 3 || !lines[0].Skipped || lines[0].Finalised {
		t.Errorf("again: exit code %d, %+v", code, lines)
	}
	out, _, _ := s.run(t, home, "history", "--json")
	if strings.Count(out, `"retention_policy":"permanent"`) != 3 || strings.Contains(out, "expires_at") || strings.Contains(out, "ttl_days") {
		t.Errorf("the history says %s", out)
	}
	// They are no longer temporary.
	if lines, code := s.upload(t, home, dir); code != exitIncomplete || differing(lines[0]) != "retention_policy temporary→permanent" {
		t.Errorf("as temporary: exit code %d, %+v", code, lines)
	}
	if files := s.files(t); len(files) != 3 {
		t.Errorf("the server has %d files", len(files))
	}
}

// A file that its server can't make permanent stays temporary. That is reported with the
// reason, and tried again the next time.
func TestNotFinalised(t *testing.T) {
	t.Parallel()
	var works atomic.Bool
	s := newServer(t, sandbox.Config{Generation: 1, Finalize: func(_ sandbox.File, next string) string {
		if !works.Load() {
			return "failed"
		}
		return next
	}})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Fatal(code)
	}
	lines, code := s.upload(t, home, "--retention", "permanent", dir)
	if code != exitIncomplete || len(lines) != 1 || differing(lines[0]) != "retention_policy permanent→temporary" || lines[0].Error == nil || !lines[0].Skipped {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	if _, stderr, _ := s.run(t, home, "upload", "--retention", "permanent", dir); !strings.Contains(stderr, "could not be made permanent") {
		t.Errorf("says %q", stderr)
	}
	works.Store(true)
	if lines, code := s.upload(t, home, "--retention", "permanent", dir); code != exitOK || !lines[0].Finalised {
		t.Errorf("exit code %d, %+v", code, lines)
	}
}

// A file that is queued already, with other options of an earlier call, is compared with
// what this call asks.
func TestQueuedOtherwise(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	refused := s.command(home, "upload", "--profile-file", s.profileFile, "--json", dir)
	refused.Env = append(refused.Env, "INGESTER_CLIENT_SECRET=wrong")
	if _, code := runUpload(t, refused); code != exitAuth {
		t.Fatalf("exit code %d", code)
	}
	lines, code := s.upload(t, home, "--retention", "permanent", dir)
	if code != exitIncomplete || len(lines) != 1 || differing(lines[0]) != "retention_policy permanent→temporary" {
		t.Errorf("exit code %d, %+v", code, lines)
	}
	if files := s.files(t); len(files) != 1 || files[0].Retention != core.RetentionTemporary {
		t.Errorf("the server has %+v", files)
	}
}

// finaliserFunc is a finaliser for tests.
type finaliserFunc func(core.Transfer) error

func (f finaliserFunc) Finalise(_ context.Context, t core.Transfer, _ core.FinaliseOptions, _ func(core.Finalisation)) error {
	return f(t)
}

// A server that can't make files permanent is not asked about each of many files.
func TestFinaliseUnsupported(t *testing.T) {
	t.Parallel()
	s := core.Submission{Asked: core.Options{Retention: core.RetentionPermanent}}
	for range 1000 {
		s.Stored = append(s.Stored, core.Transfer{State: core.StateStored, Options: core.Options{Retention: core.RetentionTemporary, TTLDays: 30}, Receipt: &core.Receipt{FileID: "1"}})
	}
	asked := make(chan struct{}, 1000)
	makePermanent(t.Context(), finaliserFunc(func(core.Transfer) error {
		asked <- struct{}{}
		return &core.Error{Kind: core.KindServer, Code: core.CodeFinaliseUnsupported}
	}), &s)
	if len(asked) > 2*finalising || len(s.Stored) != 1000 || len(s.Permanent) != 0 || s.Stored[0].Error != nil {
		t.Errorf("asked %d times; %d stay, %d are permanent", len(asked), len(s.Stored), len(s.Permanent))
	}
}

// Files that are gone from the server are reported with the reason. However many they are,
// the others are made permanent.
func TestFinaliseWithoutSome(t *testing.T) {
	t.Parallel()
	var gone sync.Map // file IDs
	s := newServer(t, sandbox.Config{Generation: 1, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, is := gone.Load(path.Base(r.URL.Path)); is {
				http.Error(w, `{"detail":"File not found"}`, http.StatusNotFound)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	old, _ := writeTree(t, 20, strconv.Itoa)
	dir, _ := writeTree(t, 3, strconv.Itoa)
	home := t.TempDir()
	if _, code := s.upload(t, home, old); code != exitOK {
		t.Fatal(code)
	}
	for _, f := range s.files(t) {
		gone.Store(f.ID, nil)
	}
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Fatal(code)
	}
	lines, code := s.upload(t, home, "--retention", "permanent", old, dir)
	permanent, named := 0, 0
	for _, l := range lines {
		switch {
		case l.Finalised:
			permanent++
		case l.Error != nil && differing(l) == "retention_policy permanent→temporary":
			named++
		}
	}
	if code != exitIncomplete || permanent != 3 || named != 20 {
		t.Errorf("exit code %d, %d permanent, %d with a reason", code, permanent, named)
	}
}

// A call that is interrupted while the server makes a file permanent says so.
func TestFinaliseInterrupted(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	s := newServer(t, sandbox.Config{Generation: 1, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, "/finalize/") {
				next.ServeHTTP(w, r)
				return
			}
			asked <- struct{}{}
			<-r.Context().Done()
		})
	}})
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	home := t.TempDir()
	if _, code := s.upload(t, home, dir); code != exitOK {
		t.Fatal(code)
	}
	cmd := s.command(home, "upload", "--profile-file", s.profileFile, "--retention", "permanent", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != exitInterrupted {
		t.Errorf("exit code %d", cmd.ProcessState.ExitCode())
	}
}
