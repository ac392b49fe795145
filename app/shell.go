package main

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// shell is what people type commands into: how a variable is set there for the
// commands that follow, and what stands for a quotation mark between two.
type shell struct{ set, quote string }

func posixShell() shell { return shell{"export %s=%s", `'\''`} }

func powerShell() shell { return shell{"$env:%s = '%s'", "''"} }

// ownShell is the one that people have on this system.
func ownShell() shell {
	if runtime.GOOS == "windows" {
		return powerShell()
	}
	return posixShell()
}

// word makes text one word of a command.
func (s shell) word(text string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", s.quote) + "'"
}

// assign is the command that sets an environment variable to a value without
// special characters.
func (s shell) assign(name, value string) string { return fmt.Sprintf(s.set, name, value) }

// closing closes something because of err, which comes first.
func closing(err error, close func() error) error { return errors.Join(err, close()) }
