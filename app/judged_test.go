package main

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// judged is a tusd with a pre-finish hook. Another server issues its tokens and answers
// whether Idempotency-Key is honoured.
type judged struct {
	*testServer
	dir     string
	profile core.Profile

	mu      sync.Mutex
	says    int // 0: yes
	created int
	passed  int
	on      string        // the request at which the program stops
	reached chan struct{} // tells that it has come
	release chan struct{} // lets it continue
}

func newJudged(t *testing.T) *judged {
	t.Helper()
	s := &judged{testServer: newServer(t, sandbox.Config{}), dir: t.TempDir(), reached: make(chan struct{}, 1), release: make(chan struct{})}
	composer := handler.NewStoreComposer()
	filestore.New(s.dir).UseIn(composer)
	memorylocker.New().UseIn(composer)
	h, err := handler.NewHandler(handler.Config{BasePath: "/files/", StoreComposer: composer, PreFinishResponseCallback: s.preFinish,
		Logger: expslog.New(expslog.NewTextHandler(io.Discard, nil)), GracefulRequestCompletionTimeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	next := http.StripPrefix("/files/", h)
	tusd := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.count(r)
		next.ServeHTTP(w, r)
	}))
	tusd.Config.ErrorLog = log.New(io.Discard, "", 0)
	tusd.Start()
	t.Cleanup(tusd.Close)
	t.Cleanup(func() { close(s.release) })
	s.profile = s.Profile()
	s.profile.Upload.Protocol, s.profile.Upload.TusURL = core.ProtocolTus, tusd.URL+"/files/"
	s.writeProfile(t, s.profile)
	return s
}

// stop tells that the program has reached the request on, and waits.
func (s *judged) stop(place string) {
	s.mu.Lock()
	here := s.on == place
	if here {
		s.on = ""
	}
	s.mu.Unlock()
	if here {
		s.reached <- struct{}{}
		<-s.release
	}
}

func (s *judged) count(r *http.Request) {
	s.mu.Lock()
	if r.Method == http.MethodPost {
		s.created++
	}
	s.mu.Unlock()
	s.stop(r.Method)
}

func (s *judged) preFinish(handler.HookEvent) (handler.HTTPResponse, error) {
	s.stop("hook")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.says {
	case 0:
		s.passed++
		return handler.HTTPResponse{}, nil
	case http.StatusInternalServerError:
		return handler.HTTPResponse{}, errors.New("pre-finish hook failed: exit status 1")
	}
	return handler.HTTPResponse{}, handler.NewError("ERR_VIRUS", "virus found in file", s.says)
}

func (s *judged) set(says int, on string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says, s.on, s.created, s.passed = says, on, 0, 0
}

// want checks what tusd has, and what it was asked since set.
func (s *judged) want(t *testing.T, uploads, created, passed int) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, "*.info"))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || len(found) != uploads || s.created != created || s.passed != passed {
		t.Errorf("%d uploads are there, want %d; %d were begun, want %d; %d were let pass, want %d (%v)",
			len(found), uploads, s.created, created, s.passed, passed, err)
	}
}

// run uploads a folder of one file.
func (s *judged) run(t *testing.T, home, dir string, code int, state core.State, args ...string) report.TransferLine {
	t.Helper()
	lines, got := s.upload(t, home, append(args, "--give-up-after", "3s", dir)...)
	if got != code || len(lines) != 1 || lines[0].State != state || (lines[0].Error != nil) != (state != core.StateStored) {
		t.Fatalf("exit code %d, lines %+v; want %d and %s", got, lines, code, state)
	}
	if e := lines[0].Error; state == core.StateFailed && (e.Kind != core.KindServer || e.Status != 422 || !strings.Contains(e.Message, "virus found")) {
		t.Errorf("%+v", e)
	}
	return lines[0]
}

// killed is a process that is killed where it is to stop.
func (s *judged) killed(t *testing.T, home, dir string) {
	t.Helper()
	cmd := s.command(home, "upload", "--profile-file", s.profileFile, "--json", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-s.reached
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	var killed *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &killed) {
		t.Errorf("it ended with %v", err)
	}
	s.release <- struct{}{}
}

// A file that a hook refuses when it is complete stays refused, however often the server
// is asked: only a new upload that the hook accepts stores it. The history does not have
// it before.
func TestRefusedByHook(t *testing.T) {
	t.Parallel()
	s := newJudged(t)
	home := t.TempDir()
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	for range 3 {
		s.set(422, "")
		s.run(t, home, dir, exitIncomplete, core.StateFailed)
		s.want(t, 0, 1, 0)
	}
	s.set(0, "")
	s.run(t, home, dir, exitOK, core.StateStored)
	s.want(t, 1, 1, 1)
}

// A hook that dies does not accept; the program begins a new upload.
func TestHookDies(t *testing.T) {
	t.Parallel()
	s := newJudged(t)
	dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
	s.set(500, "DELETE")
	go func() { // the hook works again when the refused upload is deleted
		<-s.reached
		s.mu.Lock()
		s.says = 0
		s.mu.Unlock()
		s.release <- struct{}{}
	}()
	l := s.run(t, t.TempDir(), dir, exitOK, core.StateStored)
	if l.Attempts != 2 {
		t.Errorf("%+v", l)
	}
	s.want(t, 1, 2, 1)
}

// If the profile says that a complete upload is stored, the user is not asked about one
// whose answer was lost, and nothing is sent again.
func TestProfileKnowsThatNothingJudges(t *testing.T) {
	t.Parallel()
	for _, meaning := range []string{core.TusCompleteStored, core.TusCompleteAuto} {
		s := newJudged(t)
		s.profile.Upload.TusComplete = meaning
		s.writeProfile(t, s.profile)
		home := t.TempDir()
		dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
		s.set(0, "hook")
		s.killed(t, home, dir)
		eventually(t, "the hook", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.passed == 1 })
		s.set(0, "")
		if meaning == core.TusCompleteStored {
			s.run(t, home, dir, exitOK, core.StateStored)
		} else {
			s.run(t, home, dir, exitIncomplete, core.StateUnknown)
		}
		s.want(t, 1, 0, 0)
	}
}

// Fault 46, with a refused file. If the program is killed after it has received the
// refusal, the file stays refused; if it is killed before, the outcome is unknown, and the
// user is asked. That the other server honours Idempotency-Key says nothing about tusd.
func TestKilledWhileRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		at    string
		state core.State // of the second run
		begun int        // uploads in the second run
		left  int        // uploads that tusd has then
	}{
		{http.MethodHead, core.StateFailed, 1, 0},
		{http.MethodDelete, core.StateFailed, 1, 0},
		{"hook", core.StateUnknown, 0, 1},
	} {
		t.Run(tt.at, func(t *testing.T) {
			t.Parallel()
			s := newJudged(t)
			home := t.TempDir()
			dir, _ := writeTree(t, 1, func(int) string { return "a.txt" })
			s.set(422, tt.at)
			s.killed(t, home, dir)
			s.set(422, "")
			s.run(t, home, dir, exitIncomplete, tt.state)
			s.want(t, tt.left, tt.begun, 0)

			s.set(0, "")
			s.run(t, home, dir, exitOK, core.StateStored, "--again")
			s.want(t, tt.left+1, 1, 1)
		})
	}
}
