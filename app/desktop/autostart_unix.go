//go:build unix && !darwin

package desktop

import (
	"os"
	"path/filepath"
)

// NewAutostart is the XDG autostart folder's entry.
func NewAutostart(getenv func(string) string) (Autostart, error) {
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
	return entryFile{path: filepath.Join(config, "autostart", AppID+".desktop"), content: desktopEntry(program), off: entryOff}, nil
}
