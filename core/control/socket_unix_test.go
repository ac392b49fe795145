//go:build unix

package control

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
)

// A process of another user is neither accepted nor talked to, even if file permissions would allow it: the
// user of its process is checked.
func TestForeignUser(t *testing.T) {
	folder := t.TempDir()
	open(t, folder, newDesk(), Hello{})
	conn, err := dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := peerIs(conn, os.Geteuid()+1); !errors.Is(err, errForeign) {
		t.Errorf("another user's: %v", err)
	}
	if os.Geteuid() != 0 {
		return // without root's rights no other user can be tried
	}
	socket := filepath.Join(folder, "control", "socket")
	for path, mode := range map[string]os.FileMode{filepath.Dir(filepath.Dir(folder)): 0o755, filepath.Dir(folder): 0o755, folder: 0o755, filepath.Dir(socket): 0o755, socket: 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "caller")
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	coverage := filepath.Join(folder, "coverage") // the other user has to be able to write it
	if err := errors.Join(os.Mkdir(coverage, 0o777), os.Chmod(coverage, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run=^TestAsForeigner$", "-test.v")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CONTROL_SOCKET="+socket, "GOCOVERDIR="+coverage, "TMPDIR="+coverage)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "connected and cut off") || !strings.Contains(string(out), "the other side is a process of another user") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAsForeigner runs as another user's process in TestForeignUser.
func TestAsForeigner(t *testing.T) {
	socket := os.Getenv("CONTROL_SOCKET")
	if socket == "" {
		return
	}
	conn, err := new(net.Dialer).DialContext(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	t.Log(samePeer(conn)) // the check that the real program would make
	_, _ = conn.Write([]byte("GET /hello HTTP/1.1\r\nHost: ingester\r\n\r\n"))
	if n, err := conn.Read(make([]byte, 1)); n == 0 && err != nil {
		t.Log("connected and cut off")
	}
}

// A left-over socket has no owner. It is replaced by a new one, and other users can't enter the socket's
// folder.
func TestStaleSocket(t *testing.T) {
	for name, below := range map[string]string{"short path": "", "long path": strings.Repeat("folder/", 20)} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), below)
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if _, err := Dial(t.Context(), folder, ""); !errors.Is(err, ErrNobody) {
				t.Errorf("there was nobody: %v", err)
			}
			killed, address, _, err := listenLocal(t.Context(), folder)
			if err != nil {
				t.Fatal(err)
			}
			if socket, ok := killed.(*net.UnixListener); ok {
				socket.SetUnlinkOnClose(false)
			}
			if err := errors.Join(os.WriteFile(note(folder), []byte(address), 0o600), killed.Close()); err != nil {
				t.Fatal(err)
			}
			if _, err := Dial(t.Context(), folder, ""); !errors.Is(err, ErrNobody) {
				t.Errorf("a killed owner: %v", err)
			}
			open(t, folder, newDesk(), Hello{})
			if _, err := os.Stat(filepath.Dir(address)); below != "" && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the killed owner's folder is left: %v", err)
			}
			c, err := Dial(t.Context(), folder, "")
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
			where, err := os.ReadFile(note(folder))
			if err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(filepath.Dir(string(where))); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("the folder of the socket: %v, %v", info.Mode(), err)
			}
		})
	}
}

// Requests with another host name are not answered, so that even a browser that could connect could not
// use the socket.
func TestOtherHost(t *testing.T) {
	folder := t.TempDir()
	open(t, folder, newDesk(), Hello{})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, folder) }}}
	for _, path := range []string{"/hello", "/1/transfers"} {
		for name, want := range map[string]int{"localhost": http.StatusMisdirectedRequest, "evil.example": http.StatusMisdirectedRequest, host: http.StatusOK} {
			r, err := client.Get("http://" + name + path)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
			if r.StatusCode != want {
				t.Errorf("%s%s: %d", name, path, r.StatusCode)
			}
		}
	}
}

// For an owner of another version, or one that doesn't answer, the error says what to do. One that is
// starting is asked again.
func TestUnusableOwner(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		says   string
	}{
		"another version": {`{"protocol":99,"program":"9.9","kind":"window","process":7}`, "Another version of Ingester (9.9, process 7) has the queue, and this one (1.0) can't talk to it"},
		"rubbish":         {`<html>`, "has ended"},
		"begins":          {`{"protocol":1,"busy":true}`, "takes no callers now"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			l, err := Listen(t.Context(), folder, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.answer)) })}
			served := make(chan error, 1)
			go func() { served <- s.Serve(l) }()
			_, err = Dial(t.Context(), folder, "1.0")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if name == "another version" && core.CodeOf(err) != core.CodeAlreadyRunning || name != "another version" && !IsGone(err) {
				t.Errorf("%#v", err)
			}
			var gone *Gone
			if errors.As(err, &gone) && gone.Busy != (name == "begins") { // whether it is asked again depends on its answer
				t.Errorf("%#v", gone)
			}
			_ = s.Close()
			if err := <-served; !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
			_ = l.Close()
		})
	}
}
