package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/sandbox"
)

const sandboxHelp = `Runs the embedded ArtStore until it is interrupted: token endpoint and upload
service over mutual TLS, with a certificate authority of its own. Files are kept
under its folder by their file ID.

By itself it can do all that the program can make use of: keys that store a file
once, resumable uploads, a list that is searched by checksum. --generation 1 makes
it the first ArtStore as it is in the field, with Admin Module and Ingester at two
addresses, --generation 2 a Storage Element of the second one. Both have the real
ones' limits and oddities. Other flags make a server that does otherwise than asked.

The client secret is in credentials.json in that folder, readable by its owner only.`

func newSandbox(s streams) *cobra.Command {
	var (
		cfg        sandbox.Config
		profileOut string
	)
	cmd := &cobra.Command{
		Use: "sandbox", Short: "Run the embedded server, for trying out and for tests", Long: sandboxHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			level, err := logLevel(os.Getenv, slog.LevelWarn)
			if err != nil {
				return err
			}
			cfg.Log = s.newLog(s.err, level)
			if cfg.Dir == "" {
				f, err := findFolders(os.Getenv)
				if err != nil {
					return err
				}
				cfg.Dir = f.sandbox()
			}
			server, err := sandbox.New(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if err := announce(s, server, cfg.Dir, profileOut); err != nil {
				return errors.Join(err, server.Close())
			}
			return server.Serve(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&cfg.Dir, "dir", "", "folder of the server's files, keys and certificates (default: in the program's own folder)")
	flags.StringVar(&cfg.Addr, "addr", sandbox.DefaultAddr, "address to listen on; port 0 takes the last run's or a free one")
	flags.StringVar(&cfg.AdminAddr, "admin-addr", "", "address of the Admin Module of generation 1 (default: a port of its own)")
	flags.IntVar(&cfg.Generation, "generation", 0, "be a real ArtStore, 1 or 2, with its warts (default: a server that can do more than either)")
	flags.BoolVar(&cfg.NoMTLS, "no-mtls", false, "ask for no client certificate")
	flags.Int64Var(&cfg.MaxFileSize, "max-file-size", 0, "largest file in bytes (default 64 GiB)")
	flags.DurationVar(&cfg.TokenLifetime, "token-lifetime", 0, "how long tokens live (default 30m)")
	sandboxFaults(cmd, &cfg)
	flags.StringVar(&profileOut, "profile-out", "", "write a profile file for this server")
	return cmd
}

// sandboxFaults adds the flags for a server that misbehaves.
func sandboxFaults(cmd *cobra.Command, cfg *sandbox.Config) {
	flags := cmd.Flags()
	flags.StringVar(&cfg.Mode, "mode", "", "what the Storage Element keeps: edit (files that expire), rw (files for good), ro (no new ones); default as asked, with --generation 2 edit")
	flags.DurationVar(&cfg.ReadTimeout, "read-timeout", 0, "cut requests that take longer to come (default with --generation 2: 30s)")
	flags.DurationVar(&cfg.IdleTimeout, "idle-timeout", 0, "close connections that are idle for so long (default 2m, with --generation 1 5s)")
	flags.BoolVar(&cfg.Faults.EditMode, "edit-mode", false, "keep every file as temporary, whatever is asked")
	flags.IntVar(&cfg.Faults.KeepDays, "keep-days", 0, "keep temporary files for so many days, whatever is asked")
	flags.BoolVar(&cfg.Faults.LoseTags, "lose-tags", false, "forget tags")
	flags.BoolVar(&cfg.Faults.Rename, "rename", false, "keep names in ASCII only")
	flags.DurationVar(&cfg.Faults.ListAfter, "list-after", 0, "list files only so long after they were stored")
	flags.IntVar(&cfg.Faults.ListPage, "list-page", 0, "list files in pages of so many, newest first and without a filter")
	flags.IntVar(&cfg.Faults.ListLose, "list-lose", 0, "of so many files never list one")
	flags.Int64Var(&cfg.Faults.Room, "room", 0, "have no room for files that are larger, in bytes")
	flags.BoolVar(&cfg.Faults.OtherKey, "other-key", false, "issue tokens that the upload service refuses")
	flags.BoolVar(&cfg.Faults.Suspended, "suspended", false, "let nobody sign in")
}

// announce says where the server is and how to use it.
func announce(s streams, server *sandbox.Server, dir, profileOut string) error {
	if admin, element := server.AdminURL(), server.ElementURL(); admin != server.URL() {
		if _, err := fmt.Fprintf(s.out, "Admin Module at %s, Storage Element at %s.\n", admin, element); err != nil {
			return err
		}
	}
	if profileOut == "" {
		_, err := fmt.Fprintf(s.out, "Sandbox at %s, folder %s. Ctrl+C stops it.\n", server.URL(), dir)
		return err
	}
	if err := profiles.WriteFile(profileOut, server.Profile()); err != nil {
		return err
	}
	sh := ownQuoting()
	_, err := fmt.Fprintf(s.out, `Sandbox at %s, folder %s. Ctrl+C stops it.
Profile written to %s. In another terminal:

  %s
  ingester check  --profile-file %s
  ingester upload --profile-file %s FILE…
`, server.URL(), dir, profileOut, sh.assign("INGESTER_CLIENT_SECRET", server.ClientSecret().Reveal()), sh.word(profileOut), sh.word(profileOut))
	return err
}
