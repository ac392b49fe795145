//go:build !windows

package desktop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOwnProgramIsTheAppImage(t *testing.T) {
	env := map[string]string{"APPIMAGE": "/home/a/Ingester.AppImage"}
	if got, err := ownProgram(func(k string) string { return env[k] }); err != nil || got != "/home/a/Ingester.AppImage" {
		t.Errorf("%q, %v", got, err)
	}
	env["APPIMAGE"] = "relative"
	self, _ := os.Executable()
	if got, err := ownProgram(func(k string) string { return env[k] }); err != nil || got != self {
		t.Errorf("%q, %v", got, err)
	}
}

func TestEntryFileSaysWhatFails(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := entryFile{path: filepath.Join(blocked, "x.desktop")}
	if _, err := e.On(); err == nil {
		t.Error("an unreadable entry is told as off")
	}
	if err := e.Set(true); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("writing below a file gives %v", err)
	}
	if err := e.Set(false); err == nil {
		t.Error("removing below a file gives nothing")
	}
}
