package main

import "testing"

// TestScriptLinux are scripts that need /proc.
func TestScriptLinux(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script_linux")
}
