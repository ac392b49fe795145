package desktop

import (
	"os"
	"path/filepath"
)

// NewAutostart is the user's launch agent. It takes effect at the next sign-in.
func NewAutostart(getenv func(string) string) (Autostart, error) {
	program, err := ownProgram(getenv)
	if err != nil {
		return nil, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, autostartError("find the home folder", err)
	}
	return entryFile{path: filepath.Join(home, "Library", "LaunchAgents", AppID+".plist"), content: launchAgent(program)}, nil
}
