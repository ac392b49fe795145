package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

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
