package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/store"
)

const finaliseHelp = `Has the server keep stored temporary files for good. IDs are those of the server
(file_id) or of transfers, as 'ingester history' and 'ingester queue list' show them.

What --description, --metadata and --target say goes with it where the server
takes it.`

// finaliseCommand is one run of `ingester finalise`.
type finaliseCommand struct {
	streams  streams
	target   target
	metadata string
	options  core.FinaliseOptions
}

func newFinalise(s streams) *cobra.Command {
	c := &finaliseCommand{streams: s}
	cmd := &cobra.Command{
		Use: "finalise ID…", Short: "Make stored temporary files permanent", Long: finaliseHelp, Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, ids []string) error { return c.run(cmd.Context(), ids) },
	}
	f := cmd.Flags()
	f.StringVar(&c.target.profile, "profile", "", "a saved profile (default: the one that each file was sent by)")
	f.StringVar(&c.target.profileFile, "profile-file", "", "a profile file")
	f.StringVar(&c.target.secretFile, "secret-file", "", "read the client secret from this file (else INGESTER_CLIENT_SECRET, else the keychain)")
	f.StringVar(&c.options.Description, "description", "", "a new description, at most 1000 characters")
	f.StringVar(&c.metadata, "metadata", "", "a JSON object in place of the metadata")
	f.StringVar(&c.options.Target, "target", "", "the ID of the Storage Element that is to have the files")
	cmd.MarkFlagsMutuallyExclusive("profile", "profile-file")
	return cmd
}

func (c *finaliseCommand) run(ctx context.Context, ids []string) error {
	if c.metadata != "" {
		c.options.Metadata = json.RawMessage(c.metadata)
	}
	if err := c.options.Validate(); err != nil {
		return err
	}
	f, log, err := foldersAndLog(c.streams)
	if err != nil {
		return err
	}
	secret, err := givenSecret(ctx, c.target.secretFile, os.Getenv, c.streams.err)
	if err != nil {
		return err
	}
	list, err := storedByID(ctx, f, log, ids)
	if err != nil {
		return err
	}
	order, byProfile, err := c.byProfile(f, list)
	if err != nil {
		return err
	}
	failed := 0
	for _, p := range order {
		w := &finaliseRun{c: c, terms: control.Terms{Profile: p, Secret: secret, Proxy: connect.EnvironmentProxy()}, left: byProfile[p.Name],
			cfg: programConfig{folders: f, kind: control.Command, log: log, secret: secret, redact: c.streams.redactor, own: true, load: only(p)}}
		if err := w.run(ctx); err != nil {
			return err
		}
		failed += w.failed
	}
	if failed > 0 {
		return &report.Told{Err: errors.New("not every file was made permanent")}
	}
	return nil
}

// storedByID finds stored transfers by the server's ID or their own.
func storedByID(ctx context.Context, f folders, log *slog.Logger, ids []string) ([]core.Transfer, error) {
	q, err := store.OpenReader(f.queue(), log)
	if err != nil {
		return nil, err
	}
	rows, err := q.History(ctx, core.HistoryQuery{})
	if err = errors.Join(err, q.Close()); err != nil {
		return nil, err
	}
	byID := map[string]core.Transfer{}
	for _, t := range rows {
		byID[string(t.ID)] = t
		if t.Receipt != nil {
			byID[t.Receipt.FileID] = t
		}
	}
	list := make([]core.Transfer, 0, len(ids))
	for _, id := range ids {
		t, ok := byID[id]
		if !ok {
			return nil, usageError("the history has no file %s", report.Printable(id))
		}
		list = append(list, t)
	}
	return list, nil
}

// byProfile groups the files by the profile that reaches each, in the order of the
// command line.
func (c *finaliseCommand) byProfile(f folders, list []core.Transfer) (order []core.Profile, by map[string][]core.Transfer, err error) {
	by = map[string][]core.Transfer{}
	for _, t := range list {
		p, err := c.profileOf(f, t)
		if err != nil {
			return nil, nil, err
		}
		if by[p.Name] == nil {
			order = append(order, p)
		}
		t.Options.Profile = p.Name
		by[p.Name] = append(by[p.Name], t)
	}
	return order, by, nil
}

func (c *finaliseCommand) profileOf(f folders, t core.Transfer) (core.Profile, error) {
	if c.target.profile != "" || c.target.profileFile != "" {
		return c.target.load(f)
	}
	p, err := profiles.Open(f.profiles()).Load(t.Options.Profile)
	if core.CodeOf(err) == core.CodeProfileNotFound {
		return p, usageError("%s was sent by the profile %s, which is not saved; use --profile or --profile-file", report.Printable(t.Source.Path), t.Options.Profile)
	}
	return p, err
}

// only is a load function that knows one profile.
func only(p core.Profile) func(string) (core.Profile, error) {
	return func(name string) (core.Profile, error) {
		if name != p.Name {
			return core.Profile{}, &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: "load profile", Message: "This command is for one profile only."}
		}
		return p, nil
	}
}

// finaliseRun makes the files of one profile permanent, with the process that has
// the queue.
type finaliseRun struct {
	c      *finaliseCommand
	terms  control.Terms
	cfg    programConfig
	left   []core.Transfer
	failed int
}

func (w *finaliseRun) run(ctx context.Context) error {
	return withOwners(ctx, func(after *control.Gone) error { return w.with(ctx, after) })
}

func (w *finaliseRun) with(ctx context.Context, after *control.Gone) error {
	f, err := join(ctx, w.cfg, after)
	if err != nil {
		return err
	}
	if p := f.program; p != nil {
		err := p.run(ctx, func(ctx context.Context) error {
			working, stop := context.WithCancelCause(ctx)
			defer stop(nil)
			p.shared.onHandOver(func() { stop(handedOver()) })
			p.services.start(p.engine.Run)
			err := w.work(working, p.engine.Own())
			if moved := control.Moved(working, err); moved != nil {
				return moved
			}
			return err
		})
		return errors.Join(err, p.close())
	}
	defer f.owner.Close()
	call, err := f.owner.Attach(ctx, w.terms)
	if err != nil {
		return err
	}
	err = w.work(ctx, call)
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	return errors.Join(err, call.Leave(parting))
}

// work makes the files that are left permanent, one after the other.
func (w *finaliseRun) work(ctx context.Context, q control.Call) error {
	for len(w.left) > 0 {
		t := w.left[0]
		err := permanentBefore(t)
		if err == nil {
			err = q.Finalise(ctx, t, w.c.options, func(core.Finalisation) {})
		}
		if control.IsGone(err) || ctx.Err() != nil {
			return err
		}
		w.left = w.left[1:]
		w.tell(t, err)
	}
	return nil
}

// permanentBefore is the error for a file that is known to be permanent already.
func permanentBefore(t core.Transfer) error {
	if t.Temporary() || t.Kept().Retention != core.RetentionPermanent {
		return nil
	}
	return &core.Error{Kind: core.KindUsage, Code: core.CodeFinalisedBefore, Message: "The file is permanent already; what is said about it can't be changed."}
}

// tell prints the result for a file. A file that was permanent already is no
// failure, unless the command line has a description or metadata for it.
func (w *finaliseRun) tell(t core.Transfer, err error) {
	before := core.CodeOf(err) == core.CodeFinalisedBefore
	switch {
	case err == nil, before && w.c.options.IsZero():
		_, _ = fmt.Fprintf(w.c.streams.out, "permanent  %s  %s\n", report.Printable(t.Source.Path), report.FileID(t)) // the stream remembers a failure
	default:
		w.failed++
		_, _ = fmt.Fprintf(w.c.streams.err, "failed     %s: %s\n", report.Printable(t.Source.Path), report.Cause(core.AsError(err))) // likewise
	}
}
