package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/profiles"
)

func newProfile(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use: "profile", Short: "List, show, import, export and remove profiles; keep their secrets", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return usageError("'ingester profile' needs one of: list, show, import, export, remove, set-secret")
		},
	}
	cmd.AddCommand(newProfileList(s), newProfileShow(s), newProfileImport(s), newProfileExport(s), newProfileRemove(s), newProfileSecret(s))
	return cmd
}

// savedProfiles opens the folder of profiles.
func savedProfiles() (*profiles.Dir, folders, error) {
	f, err := findFolders(os.Getenv)
	if err != nil {
		return nil, f, err
	}
	if err := f.make(); err != nil {
		return nil, f, err
	}
	return profiles.Open(f.profiles()), f, nil
}

func newProfileList(s streams) *cobra.Command {
	return &cobra.Command{Use: "list", Short: "Names of the saved profiles", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, _, err := savedProfiles()
			if err != nil {
				return err
			}
			names, err := dir.List()
			for _, name := range names {
				_, _ = fmt.Fprintln(s.out, name) // the stream remembers a failure
			}
			return err
		}}
}

func newProfileShow(s streams) *cobra.Command {
	return &cobra.Command{Use: "show NAME", Short: "Print a saved profile; it holds no secret", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, _, err := savedProfiles()
			if err != nil {
				return err
			}
			return dir.Export(args[0], s.out)
		}}
}

func newProfileImport(s streams) *cobra.Command {
	return &cobra.Command{Use: "import FILE", Short: "Save the profile of a file", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, _, err := savedProfiles()
			if err != nil {
				return err
			}
			p, err := dir.Import(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(s.out, "Saved as %s. Next: ingester profile set-secret %s\n", p.Name, ownQuoting().word(p.Name))
			return err
		}}
}

func newProfileExport(s streams) *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: "export NAME", Short: "Write a saved profile for others; it holds no secret", Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, _, err := savedProfiles()
			if err != nil {
				return err
			}
			if file == "" {
				return dir.Export(args[0], s.out)
			}
			p, err := dir.Load(args[0])
			if err != nil {
				return err
			}
			return profiles.WriteFile(file, p)
		}}
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write (default: standard output)")
	return cmd
}

func newProfileRemove(s streams) *cobra.Command {
	return &cobra.Command{Use: "remove NAME", Short: "Delete a saved profile and its secrets in the keychain", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, f, err := savedProfiles()
			if err != nil {
				return err
			}
			return removeProfile(cmd.Context(), dir, f, connect.NewSecrets(core.Secret{}, s.redactor), args[0])
		}}
}

func newProfileSecret(s streams) *cobra.Command {
	var passphrase bool
	cmd := &cobra.Command{Use: "set-secret NAME", Short: "Keep the client secret in the keychain; it is read from standard input", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, _, err := savedProfiles()
			if err != nil {
				return err
			}
			p, err := dir.Load(args[0])
			if err != nil {
				return err
			}
			secret, err := promptSecret(cmd.Context(), s)
			if err != nil {
				return err
			}
			item := keychain.ItemClientSecret
			if passphrase {
				item = keychain.ItemPassphrase
			}
			if err := connect.NewSecrets(core.Secret{}, s.redactor).Set(cmd.Context(), p.Name, item, secret); err != nil {
				return err
			}
			_, err = fmt.Fprintln(s.err, "Kept in the keychain.")
			return err
		}}
	cmd.Flags().BoolVar(&passphrase, "passphrase", false, "the passphrase of the private key or PKCS#12 file instead")
	return cmd
}
