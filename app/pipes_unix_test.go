//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

func newPipe(t *testing.T) string {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return pipe
}

// A pipe in the place of a file is refused with a clear error. Nobody writes to it, so a
// program that waited for it would never end.
func TestAPipeInThePlaceOfAFile(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	pipe := newPipe(t)
	for name, set := range map[string]func(p *core.Profile){
		"authorities": func(p *core.Profile) { p.TLS.CACertFile = pipe },
		"certificate": func(p *core.Profile) { p.TLS.CertFile = pipe },
		"key":         func(p *core.Profile) { p.TLS.KeyFile = pipe },
		"PKCS#12":     func(p *core.Profile) { p.TLS.CertFile, p.TLS.KeyFile, p.TLS.PKCS12File = "", "", pipe },
		"public key":  func(p *core.Profile) { p.Auth.JWKSURL, p.Auth.PublicKeyFile = "none", pipe },
	} {
		p := s.Profile()
		set(&p)
		s.writeProfile(t, p)
		for _, args := range [][]string{{"check"}, {"upload", s.profileFile}} {
			wantRefused(t, name, s.command(t.TempDir(), append(args, "--profile-file", s.profileFile)...))
		}
	}
	s.writeProfile(t, s.Profile())
	wantRefused(t, "profile", s.command(t.TempDir(), "check", "--profile-file", pipe))
	for _, args := range [][]string{{"history"}, {"upload", s.profileFile, "--profile-file", s.profileFile}} {
		home := t.TempDir()
		if err := os.Rename(newPipe(t), filepath.Join(home, "queue.db")); err != nil {
			t.Fatal(err)
		}
		wantRefused(t, "queue of "+args[0], s.command(home, args...))
	}
	wantRefused(t, "folder as secret", s.command(t.TempDir(), "check", "--profile-file", s.profileFile, "--secret-file", t.TempDir()))
}

func wantRefused(t *testing.T, name string, cmd *exec.Cmd) {
	t.Helper()
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code == exitOK || !strings.Contains(string(out), "regular file") && !strings.Contains(string(out), "not a file") {
		t.Errorf("%s: exit code %d, %s", name, code, out)
	}
}

// A secret comes from a pipe, as from `<(pass show x)`.
func TestSecretFromAPipe(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	for _, path := range []string{"/dev/stdin", newPipe(t)} {
		cmd := s.command(t.TempDir(), "check", "--profile-file", s.profileFile, "--secret-file", path)
		cmd.Env = append(cmd.Env, "INGESTER_CLIENT_SECRET=wrong")
		secret := strings.NewReader(s.ClientSecret().Reveal() + "\n")
		if path == "/dev/stdin" {
			cmd.Stdin = io.MultiReader(secret) // no file: exec makes a pipe
		}
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if path != "/dev/stdin" {
			w, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err == nil {
				_, err = io.Copy(w, secret)
			}
			if err != nil || w.Close() != nil {
				t.Error(err)
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v, %s", path, err, &out)
		}
	}
}

// A secret's pipe that nobody writes to is waited for, with a message, until an interrupt.
func TestSecretThatNobodyWrites(t *testing.T) {
	t.Parallel()
	s := newServer(t, sandbox.Config{})
	pipe := newPipe(t)
	cmd := s.command(t.TempDir(), "check", "--profile-file", s.profileFile, "--secret-file", pipe)
	said, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })()
	line := make([]byte, 1024)
	n, err := said.Read(line)
	if err != nil || !strings.Contains(string(line[:n]), "waiting for the secret from "+pipe) {
		t.Errorf("it says %q, %v", line[:n], err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, said)
	_ = cmd.Wait() // the exit code tells
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
}
