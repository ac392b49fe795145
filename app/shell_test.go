package main

import "testing"

func TestShell(t *testing.T) {
	for _, c := range []struct{ text, posix, power string }{
		{"a-b_c/d.toml", "a-b_c/d.toml", "a-b_c/d.toml"},
		{"", "''", "''"},
		{"Bob's box", `'Bob'\''s box'`, `'Bob''s box'`},
		{`C:\a`, `'C:\a'`, `'C:\a'`},
	} {
		if posix, power := posixShell().word(c.text), powerShell().word(c.text); posix != c.posix || power != c.power {
			t.Errorf("%q is %s and %s, want %s and %s", c.text, posix, power, c.posix, c.power)
		}
	}
	if got := posixShell().assign("A", "b") + ", " + powerShell().assign("A", "b"); got != "export A=b, $env:A = 'b'" {
		t.Error(got)
	}
}
