package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
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
	_ = f.make() // the first thing ever done may be this test; what can't be saved is logged
	secrets := connect.NewSecrets(given, s.redactor)
	secrets.RememberPublishers(f.publishers(), log)
	var services services
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	services.begin(ctx)
	if t.sandbox {
		if profile, err = new(embedded).start(ctx, f.sandbox(), secrets, &services, log); err != nil {
			return err
		}
	}
	failure := connect.Check(ctx, profile, secrets, core.Secret{}, print)
	stop()
	if err := services.wait(); err != nil {
		return err
	}
	if failure != nil {
		return &report.Told{Err: failure}
	}
	return nil
}

func printStep(s streams) func(core.Step) {
	return func(step core.Step) { _, _ = io.WriteString(s.out, diagnose.Text([]core.Step{step})) } // the stream remembers a failure
}

func printStepJSON(s streams) func(core.Step) {
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	return func(step core.Step) {
		if err := out.Encode(diagnose.LineOf(step)); err != nil {
			s.out.Fail(err)
		}
	}
}
