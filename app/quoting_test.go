package main

import "testing"

func TestShell(t *testing.T) {
	for _, c := range []struct{ text, posix, power string }{
		{"a-b_c/d.toml", "a-b_c/d.toml", "a-b_c/d.toml"},
		{"", "''", "''"},
		{"Bob's box", `'Bob'\''s box'`, `'Bob''s box'`},
		{`C:\a`, `'C:\a'`, `'C:\a'`},
	} {
		if posix, power := posixQuoting().word(c.text), powerShellQuoting().word(c.text); posix != c.posix || power != c.power {
			t.Errorf("%q is %s and %s, want %s and %s", c.text, posix, power, c.posix, c.power)
		}
	}
	if got := posixQuoting().assign("A", "b") + ", " + powerShellQuoting().assign("A", "b"); got != "export A=b, $env:A = 'b'" {
		t.Error(got)
	}
}
