package main

import (
	"os"
	"path/filepath"
)

// newAutostart is the user's launch agent. It counts from the next sign-in on.
func newAutostart(getenv func(string) string) (autostart, error) {
	program, err := ownProgram(getenv)
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, autostartError("find the home folder", err)
	}
	return entryFile{path: filepath.Join(home, "Library", "LaunchAgents", appID+".plist"), content: launchAgent(program)}, nil
}
