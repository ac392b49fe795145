package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
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

// build returns what is known of this binary; what the linker was not told
// comes from what the compiler recorded.
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

func newVersion(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "Version, commit and Go version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f := build()
			if asJSON {
				return json.NewEncoder(s.out).Encode(f)
			}
			_, err := fmt.Fprintf(s.out, "ingester %s (commit %s, %s)\n", f.Version, f.Commit, f.Go)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}
