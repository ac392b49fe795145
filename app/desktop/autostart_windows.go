package desktop

import (
	"errors"

	"golang.org/x/sys/windows/registry"
)

// runKey lists, below HKEY_CURRENT_USER, what is started at sign-in.
const runKey = `Software\Microsoft\Windows\CurrentVersion\Run`

// runValue is the program's value in the Run key.
type runValue struct{ command string }

// NewAutostart is the program's value in the user's Run key.
func NewAutostart(getenv func(string) string) (Autostart, error) {
	program, err := ownProgram(getenv)
	if err != nil {
		return nil, err
	}
	return runValue{runCommand(program)}, nil
}

// On implements Autostart.
func (r runValue) On() (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, autostartError("read the Run key", err)
	}
	defer func() { _ = key.Close() }() // only read
	_, _, err = key.GetStringValue(AppID)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, autostartError("read the Run key", err)
	}
	return true, nil
}

// Set implements Autostart.
func (r runValue) Set(on bool) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return autostartError("open the Run key", err)
	}
	if on {
		err = key.SetStringValue(AppID, r.command)
	} else if err = key.DeleteValue(AppID); errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	if err = errors.Join(err, key.Close()); err != nil {
		return autostartError("write the Run key", err)
	}
	return nil
}
