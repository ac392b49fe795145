package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// odd is a path with everything that an entry must escape.
const odd = "/opt/In gester/50% \"off\" $HOME `id` a\\b/ingester"

func TestLaunchAgentIsWellFormed(t *testing.T) {
	var texts []string
	decoder := xml.NewDecoder(strings.NewReader(launchAgent("/Applications/A & B <c>.app/Contents/MacOS/ingester")))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if words, ok := token.(xml.CharData); ok && strings.TrimSpace(string(words)) != "" {
			texts = append(texts, string(words))
		}
	}
	want := []string{"Label", appID, "ProgramArguments", "/Applications/A & B <c>.app/Contents/MacOS/ingester", "--background",
		"RunAtLoad", "ProcessType", "Interactive"}
	if strings.Join(texts, "|") != strings.Join(want, "|") {
		t.Errorf("the agent says %q", texts)
	}
}

func TestRunCommandQuotesThePath(t *testing.T) {
	if got := runCommand(`C:\Program Files\Ingester\ingester.exe`); got != `"C:\Program Files\Ingester\ingester.exe" --background` {
		t.Errorf("the command is %s", got)
	}
}

func TestOwnProgramIsTheAppImage(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such images")
	}
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
	if runtime.GOOS == "windows" {
		t.Skip("the entry is no file there")
	}
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := entryFile{path: filepath.Join(blocked, "x.desktop")}
	if _, err := e.on(); err == nil {
		t.Error("an unreadable entry is told as off")
	}
	if err := e.set(true); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("writing below a file gives %v", err)
	}
	if err := e.set(false); err == nil {
		t.Error("removing below a file gives nothing")
	}
}
