package main

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"runtime"

	"github.com/artstore/ingester/core"
)

// folders are where the program keeps what it knows.
type folders struct {
	config string // profiles
	state  string // queue, history, lock, log
	data   string // the embedded server's files
}

// findFolders returns everything below $INGESTER_HOME, or the platform's own
// folders: XDG base directories, Application Support, AppData.
func findFolders(getenv func(string) string) (folders, error) {
	if home := getenv("INGESTER_HOME"); home != "" {
		abs, err := filepath.Abs(home)
		if err != nil {
			return folders{}, usageError("INGESTER_HOME has no absolute path: %v", err)
		}
		return folders{config: abs, state: abs, data: abs}, nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		config, err := os.UserConfigDir()
		if err != nil {
			return folders{}, homeless(err)
		}
		own := filepath.Join(config, "Ingester")
		return folders{config: own, state: own, data: own}, nil
	}
	xdg := func(variable string, fallback ...string) (string, error) {
		if dir := getenv(variable); filepath.IsAbs(dir) { // others are to be ignored: XDG Base Directory Specification
			return filepath.Join(dir, "ingester"), nil
		}
		home, err := homeFolder(getenv)
		return filepath.Join(append(append([]string{home}, fallback...), "ingester")...), err
	}
	config, err := xdg("XDG_CONFIG_HOME", ".config")
	state, stateErr := xdg("XDG_STATE_HOME", ".local", "state")
	data, dataErr := xdg("XDG_DATA_HOME", ".local", "share")
	if err := errors.Join(err, stateErr, dataErr); err != nil {
		return folders{}, homeless(err)
	}
	return folders{config: config, state: state, data: data}, nil
}

// homeFolder is $HOME or, if that is not set, as for some services and cron jobs,
// the home folder in the system's list of users.
func homeFolder(getenv func(string) string) (string, error) {
	if home := getenv("HOME"); home != "" {
		return home, nil
	}
	me, err := user.Current()
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(me.HomeDir) {
		return "", fmt.Errorf("the user %s has none", me.Username)
	}
	return me.HomeDir, nil
}

func homeless(err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "find own folder",
		Message: "There is no home folder; set INGESTER_HOME to a folder for the program's state.", Err: err}
}

func (f folders) profiles() string { return filepath.Join(f.config, "profiles") }
func (f folders) current() string  { return filepath.Join(f.config, "current-profile") }
func (f folders) queue() string    { return filepath.Join(f.state, "queue.db") }
func (f folders) spool() string    { return filepath.Join(f.state, "spool") } // copies of files of unknown length
func (f folders) lock() string     { return filepath.Join(f.state, "lock") }
func (f folders) paused() string   { return filepath.Join(f.state, "paused") } // exists while everything is paused

// publishers is the file that lists the token servers that have published keys.
func (f folders) publishers() string { return filepath.Join(f.state, "key-publishers") }

func (f folders) log() string     { return filepath.Join(f.state, "ingester.log") }
func (f folders) sandbox() string { return filepath.Join(f.data, "sandbox") }

// make creates the folders, readable by their owner only.
func (f folders) make() error {
	for _, dir := range []string{f.config, f.state, f.data} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "make own folder",
				Message: "The program's own folder can't be made; check its rights or set INGESTER_HOME.", Err: err}
		}
	}
	return nil
}
