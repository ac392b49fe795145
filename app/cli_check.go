package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/auth"
	"github.com/artstore/ingester/core/diagnose"
)

func newCheck(s streams) *cobra.Command {
	var (
		t      target
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: "check", Short: "Test the connection step by step; nothing is uploaded", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			print := printStep(s)
			if asJSON {
				print = printStepJSON(s)
			}
			return checkTarget(cmd.Context(), s, t, print)
		},
	}
	t.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a step")
	return cmd
}

func checkTarget(ctx context.Context, s streams, t target, print func(core.Step)) error {
	f, profile, given, err := t.prepare(ctx, s)
	if err != nil {
		return err
	}
	log, err := commandLog(s)
	if err != nil {
		return err
	}
	_ = f.make() // the test may come first of all; what can't be kept there is logged
	secrets := newSecrets(given, s.redactor)
	secrets.published = auth.OpenPublishers(f.publishers(), log)
	var services services
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	services.begin(ctx)
	if t.sandbox {
		if profile, err = new(embedded).start(ctx, f.sandbox(), secrets, &services, log); err != nil {
			return err
		}
	}
	failure := diagnoseProfile(ctx, profile, secrets, core.Secret{}, print)
	stop()
	if err := services.wait(); err != nil {
		return err
	}
	if failure != nil {
		return &reported{code: exitCode(failure), err: failure}
	}
	return nil
}

// diagnoseProfile makes the connection test. A passphrase is asked of the
// keychain only where none is given and a key needs one.
func diagnoseProfile(ctx context.Context, p core.Profile, s *secrets, passphrase core.Secret, step func(core.Step)) error {
	if passphrase.IsZero() {
		// What is wrong with the files is for the test to say.
		_, passphrase, _ = buildTLS(ctx, p, s, slog.New(slog.DiscardHandler))
	}
	s.redactor.Learn(passphrase)
	return diagnose.Run(ctx, diagnose.Config{
		Profile:    p,
		Secret:     func(ctx context.Context) (core.Secret, error) { return s.client(ctx, p.Name) },
		Passphrase: passphrase,
		Proxy:      environmentProxy(&s.proxy),
		Published:  s.published,
		Redactor:   s.redactor,
	}, step)
}

func printStep(s streams) func(core.Step) {
	return func(step core.Step) { _, _ = io.WriteString(s.out, diagnose.Text([]core.Step{step})) } // the stream remembers a failure
}

func printStepJSON(s streams) func(core.Step) {
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	return func(step core.Step) {
		if err := out.Encode(diagnose.LineOf(step)); err != nil {
			s.out.fail(err)
		}
	}
}
