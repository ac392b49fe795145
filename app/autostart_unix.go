//go:build unix && !darwin

package main

import (
	"os"
	"path/filepath"
)

// newAutostart is the XDG autostart folder's entry.
func newAutostart(getenv func(string) string) (autostart, error) {
	program, err := ownProgram(getenv)
	if err != nil {
		return nil, err
	}
	config := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) { // the specification ignores relative ones
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, autostartError("find the home folder", err)
		}
		config = filepath.Join(home, ".config")
	}
	return entryFile{path: filepath.Join(config, "autostart", appID+".desktop"), content: desktopEntry(program), off: entryOff}, nil
}
