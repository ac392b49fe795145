package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/connect"
	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/app/watch"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

const uploadHelp = `Uploads files and folders through the durable queue that the window uses too.

A file that is stored already (same path, size, time and content) is skipped;
--again sends it once more. Interrupted once, the command stops cleanly; the same
command goes on with what is left of its files.

While the server is away, or has too much to do, the command waits and goes on by
itself: on a terminal for as long as it takes, without one until nothing has gone
forward for an hour, or for what --give-up-after says. Forward is: a file ended, or
more of one was sent than before. A file that is under way is never cut. A server
that was never reached is given up after half a minute, with exit code 4. The
files stay in the queue; the same command goes on with them.

It sends and reports the files that it names. What earlier calls left for the
same server and account is counted at the end; --all sends that too, also
without a PATH.`

// uploadCommand is one run of `ingester upload`.
type uploadCommand struct {
	streams streams
	target  target
	asJSON  bool
	quiet   bool
	again   bool
	skipOK  bool
	all     bool
	metrics string
	show    *report.Paths // as the user wrote them

	retention   string
	ttlDays     int
	description string
	tags        []string
	metadata    string

	concurrency int
	limit       string
	protocol    string
	giveUpAfter time.Duration
	given       bool // giveUpAfter is from the command line
}

func newUpload(s streams) *cobra.Command {
	u := &uploadCommand{streams: s}
	cmd := &cobra.Command{
		Use: "upload PATH…", Short: "Upload files and folders", Long: uploadHelp,
		Args: func(cmd *cobra.Command, args []string) error {
			if u.all {
				return nil
			}
			return cobra.MinimumNArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			u.given = cmd.Flags().Changed("give-up-after")
			return u.run(cmd.Context(), args)
		},
	}
	u.target.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&u.retention, "retention", "", "temporary or permanent (default: the profile's)")
	f.IntVar(&u.ttlDays, "ttl-days", 0, "days to keep temporary files, 1 to 365 (default: the profile's)")
	f.StringVar(&u.description, "description", "", "description, at most 1000 characters")
	f.StringArrayVar(&u.tags, "tag", nil, "a tag; may be given several times")
	f.StringVar(&u.metadata, "metadata", "", "a JSON object")
	f.IntVar(&u.concurrency, "concurrency", 0, "files in flight (default: chosen by the program)")
	f.StringVar(&u.limit, "limit", "", "bytes a second, such as 10MiB, or by the time of day: \"08:00,500KiB 18:00,off\"")
	f.StringVar(&u.protocol, "protocol", "", "auto, multipart or tus (default: the profile's)")
	f.DurationVar(&u.giveUpAfter, "give-up-after", 0, "how long to wait while nothing goes forward, such as 2h; 0: one round of\nattempts (default: the profile's; else on a terminal no end, without one 1h)")
	f.BoolVar(&u.asJSON, "json", false, "print one JSON object a line")
	f.BoolVar(&u.quiet, "quiet", false, "print errors only")
	f.BoolVar(&u.again, "again", false, "send files that are stored already, or whose outcome is unknown, once more")
	f.BoolVar(&u.skipOK, "skip-ok", false, "links, special and unreadable files may be left out: told, but no failure")
	f.BoolVar(&u.all, "all", false, "also send what other calls left for this server and account")
	f.StringVar(&u.metrics, "metrics", "", "serve /metrics on this address while it runs")
	return cmd
}

func (u *uploadCommand) run(ctx context.Context, paths []string) error {
	f, profile, given, err := u.target.prepare(ctx, u.streams)
	if err != nil {
		return err
	}
	log, err := commandLog(u.streams)
	if err != nil {
		return err
	}
	s := connect.NewSecrets(given, u.streams.redactor)
	return u.withServer(ctx, f, s, log, func(ctx context.Context, e *embedded) error {
		if e != nil {
			profile, given = e.running.Profile(), e.running.ClientSecret()
		}
		if err := u.override(&profile); err != nil {
			return err
		}
		r := &uploadRun{u: u, profile: profile, terms: control.Terms{Profile: profile, Secret: given, Proxy: connect.EnvironmentProxy()}, paths: paths, cfg: programConfig{
			folders: f, kind: control.Command, log: log, secrets: s, own: true, load: only(profile), moving: e.is}}
		return r.run(ctx)
	})
}

// withServer runs work, and beside it the embedded server where --sandbox asks for
// it.
func (u *uploadCommand) withServer(ctx context.Context, f folders, s *connect.Secrets, log *slog.Logger, work func(context.Context, *embedded) error) error {
	if !u.target.sandbox {
		return work(ctx, nil)
	}
	if err := f.make(); err != nil {
		return err
	}
	var local services
	local.begin(ctx)
	defer local.stop()
	e := &embedded{}
	_, err := e.start(ctx, f.sandbox(), s, &local, log)
	if err == nil {
		err = work(local.ctx, e)
	}
	if cause := context.Cause(local.ctx); err != nil && cause != nil && ctx.Err() == nil {
		err = cause // the server failed
	}
	local.stop()
	return errors.Join(err, local.wait())
}

// override changes the profile by the flags.
func (u *uploadCommand) override(p *core.Profile) error {
	if u.concurrency != 0 {
		p.Upload.Concurrency = u.concurrency
	}
	if u.limit != "" {
		p.Upload.BandwidthLimit = u.limit
	}
	if u.protocol != "" {
		p.Upload.Protocol = core.Protocol(u.protocol)
	}
	if u.giveUpAfter < 0 {
		return usageError("--give-up-after can't be negative")
	}
	var wrong []string
	for _, e := range p.Validate() {
		wrong = append(wrong, e.Error())
	}
	if len(wrong) > 0 {
		return usageError("%s", strings.Join(wrong, "; "))
	}
	return nil
}

func (u *uploadCommand) metricsAddress(p core.Profile) string {
	if u.metrics != "" {
		return u.metrics
	}
	return p.Metrics.Listen
}

// options are the options of the upload, by the flags and the profile.
func (u *uploadCommand) options(p core.Profile) (core.Options, error) {
	if u.retention != "" {
		p.Upload.RetentionPolicy = core.Retention(u.retention)
	}
	if u.ttlDays != 0 {
		p.Upload.TTLDays = u.ttlDays
	}
	o := p.DefaultOptions()
	if u.ttlDays != 0 && o.Retention == core.RetentionPermanent {
		return o, usageError("--ttl-days is for temporary files only")
	}
	o.Description, o.Again = u.description, u.again
	for _, tag := range u.tags {
		o.Tags = append(o.Tags, core.Trimmed(tag))
	}
	if metadata := core.Trimmed(u.metadata); metadata != "" {
		o.Metadata = json.RawMessage(metadata)
	}
	return o, o.Validate()
}

// persistence is how long the call waits: by the command line, else by the profile,
// else by whether there is a terminal, where the user can end it.
func (u *uploadCommand) persistence(p core.Profile) watch.Persistence {
	if u.given {
		return watch.Persistence{Limit: u.giveUpAfter, Given: true}
	}
	if limit, given := p.GiveUpAfter(); given {
		return watch.Persistence{Limit: limit, Given: true}
	}
	return watch.Persistence{Limit: watch.PatienceAlone, Endless: u.streams.err.Terminal() != nil}
}

// revive continues those files of this call that wait for the user: naming them
// again is the user's answer.
func (u *uploadCommand) revive(ctx context.Context, q control.Call, s core.Submission) error {
	var paused, unknown, waiting []core.TransferID
	for _, t := range s.Already {
		switch t.State {
		case core.StatePaused:
			paused = append(paused, t.ID)
		case core.StateUnknown:
			unknown = append(unknown, t.ID)
		case core.StateWaiting:
			waiting = append(waiting, t.ID)
		}
	}
	if len(waiting) > 0 { // an earlier call left them; this one sends them now
		if err := q.Retry(ctx, waiting...); err != nil {
			return err
		}
	}
	if len(paused) > 0 {
		if err := q.Resume(ctx, paused...); err != nil {
			return err
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	if u.again {
		return q.Retry(ctx, unknown...)
	}
	return q.Ask(ctx, unknown...)
}

// reporter reports what happens to the files of paths.
func (u *uploadCommand) reporter(paths []string, p core.Profile) report.Reporter {
	u.show = report.NewPaths(paths)
	return report.New(report.Config{JSON: u.asJSON, Quiet: u.quiet, Out: u.streams.out, Err: u.streams.err, Show: u.show, All: u.target.uploadAll(), Profile: p})
}
