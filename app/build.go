package main

import (
	"runtime"
	"runtime/debug"
)

// Set by the linker.
var (
	version = ""
	commit  = "" //nolint:gochecknoglobals // set by the linker, never changed
)

// buildFacts are what `version --json` prints.
type buildFacts struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

// build returns what is known of this binary: from the linker's flags, else from
// what the compiler recorded.
func build() buildFacts {
	f := buildFacts{Version: version, Commit: commit, Go: runtime.Version()}
	recorded, ok := debug.ReadBuildInfo()
	if ok && f.Version == "" {
		f.Version = recorded.Main.Version
	}
	if ok && f.Commit == "" {
		for _, setting := range recorded.Settings {
			if setting.Key == "vcs.revision" {
				f.Commit = setting.Value[:min(12, len(setting.Value))]
			}
		}
	}
	return f
}

// userAgent names the program to servers.
func userAgent() string { return "ingester/" + build().Version }
