package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/core/control"
)

func newPause(s streams) *cobra.Command {
	var after bool
	cmd := &cobra.Command{
		Use: "pause", Short: "Send nothing until 'ingester resume', also after a restart", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withQueue(cmd.Context(), s, func(ctx context.Context, q control.Queue) error {
				if after {
					return q.PauseAllAfter(ctx)
				}
				return q.PauseAll(ctx)
			})
		},
	}
	cmd.Flags().BoolVar(&after, "after", false, "let the files that are being sent come to their end, and begin no other")
	return cmd
}

func newResume(s streams) *cobra.Command {
	return &cobra.Command{
		Use: "resume", Short: "Go on after 'ingester pause', and try at once what waits", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withQueue(cmd.Context(), s, func(ctx context.Context, q control.Queue) error { return q.ResumeAll(ctx) })
		},
	}
}

// withQueue has work done with the queue: through the process that owns it or, where
// there is none, in this one, which sends nothing.
func withQueue(ctx context.Context, s streams, work func(context.Context, control.Queue) error) error {
	f, log, err := foldersAndLog(s)
	if err != nil {
		return err
	}
	return shareQueue(ctx, s, f, log, work)
}

func shareQueue(ctx context.Context, s streams, f folders, log *slog.Logger, work func(context.Context, control.Queue) error) error {
	return withOwners(ctx, func(after *control.Gone) error {
		q, err := join(ctx, programConfig{folders: f, kind: control.Command, log: log, redact: s.redactor, own: true}, after)
		if err != nil {
			return err
		}
		if p := q.program; p != nil {
			err = p.run(ctx, func(ctx context.Context) error {
				p.services.start(p.engine.Run)
				return work(ctx, p.shared)
			})
			return errors.Join(err, p.close())
		}
		defer q.owner.Close()
		return work(ctx, q.owner)
	})
}
