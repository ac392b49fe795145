package main

import (
	"os"

	"github.com/spf13/cobra"
)

const rootHelp = `Ingester puts files into ArtStore and proves that they arrived.

Without a command it opens the window and takes any files named.`

// newRoot builds the command line.
func newRoot(s streams) *cobra.Command {
	var o windowOptions
	root := &cobra.Command{
		Use:           "ingester [FILE…]",
		Short:         "Put files into ArtStore and know that they arrived",
		Long:          rootHelp,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, path := range args {
				if _, err := os.Lstat(path); err != nil {
					return usageError("%q is neither a command nor a file; see 'ingester --help'", path)
				}
			}
			o.paths = args
			return runWindow(cmd.Context(), s, o)
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.Flags().BoolVar(&o.sandbox, "sandbox", false, "use the embedded server")
	root.Flags().StringVar(&o.profile, "profile", "", "use this saved profile")
	root.Flags().BoolVar(&o.background, "background", false, "start in the tray, where the desktop has one")
	root.AddCommand(newUpload(s), newCheck(s), newHistory(s), newQueue(s), newFinalise(s), newPause(s), newResume(s), newProfile(s), newSandbox(s), newVersion(s))
	return root
}
