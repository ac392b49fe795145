//go:build unix

package main

import "testing"

// TestScriptUnix runs the scripts that need links and pipes.
func TestScriptUnix(t *testing.T) {
	t.Parallel()
	runScripts(t, "testdata/script_unix")
}
