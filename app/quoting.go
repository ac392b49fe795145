package main

import (
	"fmt"
	"runtime"
	"strings"
)

// quoting is how text is written in a command that people paste into their shell:
// how a variable is set there for the commands that follow, and what stands for a
// quotation mark between two.
type quoting struct{ set, quote string }

func posixQuoting() quoting { return quoting{"export %s=%s", `'\''`} }

func powerShellQuoting() quoting { return quoting{"$env:%s = '%s'", "''"} }

// ownQuoting is that of the shell that people have on this system.
func ownQuoting() quoting {
	if runtime.GOOS == "windows" {
		return powerShellQuoting()
	}
	return posixQuoting()
}

// word makes text one word of a command.
func (q quoting) word(text string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
	}
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", q.quote) + "'"
}

// assign is the command that sets an environment variable to a value without
// special characters.
func (q quoting) assign(name, value string) string { return fmt.Sprintf(q.set, name, value) }
