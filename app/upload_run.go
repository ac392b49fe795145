package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/app/watch"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/engine"
)

// uploadRun is one run of `ingester upload`. It works with the process that owns the
// queue, this one or another; the owner may change while it runs.
type uploadRun struct {
	u       *uploadCommand
	profile core.Profile // as the command line changes it
	terms   control.Terms
	cfg     programConfig
	paths   []string

	out     report.Reporter
	options core.Options
	scan    core.Scan
	files   int          // how many were found
	begun   time.Time    // when they were first submitted
	drop    core.DropID  // of the files, once they were submitted
	watch   *watch.Watch // nil until the files are in the queue
	missing bool         // something of the queue was lost
}

// run scans the paths, and works with the owner of the queue until the files of this
// call have ended.
func (r *uploadRun) run(ctx context.Context) error {
	var err error
	if r.options, err = r.u.options(r.profile); err != nil {
		return err
	}
	r.out = r.u.reporter(r.paths, r.profile)
	defer r.out.Close()
	if r.scan, err = engine.Scan(ctx, r.paths, func(s core.ScanProgress) { r.out.Scanned(s) }); err != nil {
		return err
	}
	r.files = len(r.scan.Sources)
	r.u.show.Follow(r.scan.Roots)
	err = withOwners(ctx, func(after *control.Gone) error { return r.with(ctx, after) })
	return afterRecovery(r.missing, err)
}

// with works with the present owner of the queue, or becomes the owner. It returns a
// *control.Gone if another owner follows.
func (r *uploadRun) with(ctx context.Context, after *control.Gone) error {
	f, err := join(ctx, r.cfg, after)
	if err != nil {
		return err
	}
	if f.program != nil {
		return r.own(ctx, f.program)
	}
	defer f.owner.Close()
	if r.u.metrics != "" {
		r.u.say("another process has the queue and sends these files: --metrics serves nothing here")
	}
	call, err := f.owner.Attach(ctx, r.terms)
	if err != nil {
		return err
	}
	err = r.work(ctx, call)
	part := call.Leave
	if ctx.Err() != nil {
		part = call.Stop
	}
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), partingTime)
	defer cancel()
	return errors.Join(err, part(parting))
}

// work submits the files and waits until they have ended. If they were submitted to
// an earlier owner, it continues with those that have not ended.
func (r *uploadRun) work(ctx context.Context, q control.Call) error {
	if r.watch != nil {
		if err := r.watch.Adopt(ctx, q); err != nil {
			return err
		}
		return r.watch.Follow(ctx, q)
	}
	submission, err := r.submit(ctx, q)
	if err != nil {
		return err
	}
	if err := r.u.revive(ctx, q, submission); err != nil {
		return err
	}
	makePermanent(ctx, q, &submission)
	var others []core.TransferID
	if r.u.all {
		if others, err = q.Continue(ctx, r.profile.Name); err != nil {
			return err
		}
		if err := q.Retry(ctx, others...); err != nil { // at once, where they wait
			return err
		}
	}
	r.watch = watch.New(watch.Config{Out: r.out, Profile: r.profile.Name, Scan: r.scan, SkipOK: r.u.skipOK, Submission: submission, Others: others,
		Persistence: r.u.persistence(r.profile), Say: r.u.say})
	r.scan.Sources = nil // there may be a hundred thousand: free them
	return r.watch.Follow(ctx, q)
}

// submitter is what submit needs of the queue.
type submitter interface {
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
}

// submit submits the files. An owner that ended before it answered may have queued
// them, and sent some: those are not sent again.
func (r *uploadRun) submit(ctx context.Context, q submitter) (core.Submission, error) {
	first := r.begun.IsZero()
	if first {
		r.begun = time.Now()
	}
	if first || !r.options.Again {
		return r.take(ctx, q, r.scan.Sources, r.options)
	}
	gentle := r.options
	gentle.Again = false
	got, err := r.take(ctx, q, r.scan.Sources, gentle)
	if err != nil {
		return got, err
	}
	before := map[string]bool{} // by path: stored by earlier calls, so to be sent again
	got.Stored = slices.DeleteFunc(got.Stored, func(t core.Transfer) bool {
		old := t.QueuedAt.Before(r.begun)
		before[t.Source.Path] = before[t.Source.Path] || old
		return old
	})
	var again []core.Source
	for _, src := range r.scan.Sources {
		if before[src.Path] {
			again = append(again, src)
		}
	}
	if len(again) == 0 {
		return got, nil
	}
	more, err := r.take(ctx, q, again, r.options)
	got.Queued, got.Already, got.Stored = append(got.Queued, more.Queued...), append(got.Already, more.Already...), append(got.Stored, more.Stored...)
	return got, err
}

// take submits sources as part of the call's drop.
func (r *uploadRun) take(ctx context.Context, q submitter, sources []core.Source, o core.Options) (core.Submission, error) {
	o.Intake = core.NewIntake(r.scan)
	o.Intake.Join = r.drop
	got, err := q.Submit(ctx, sources, o)
	if err == nil {
		r.drop = got.Drop.ID
	}
	return got, err
}

// own works as the owner of the queue, for the files of this call and of other
// processes' calls.
func (r *uploadRun) own(ctx context.Context, p *program) error {
	missing, err := p.tellRecovered(ctx, r.out, r.u.streams)
	r.missing = r.missing || missing
	if err != nil {
		return errors.Join(err, p.close())
	}
	p.shared.raiseHeapLimit(r.files)
	life, end := untilTerminated(ctx)
	defer end()
	err = p.run(life, func(life context.Context) error {
		working, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		defer context.AfterFunc(life, func() { stop(context.Cause(life)) })()
		handOver := make(chan struct{})
		p.shared.onHandOver(func() { // may be called several times: other windows ask as well
			select {
			case <-handOver:
			default:
				close(handOver)
				stop(handedOver())
			}
		})
		if err := p.serveMetrics(life, r.u.metricsAddress(r.profile)); err != nil {
			return err
		}
		p.services.start(p.engine.Run)
		err := r.work(working, p.engine.Own())
		last, cancel := context.WithTimeout(working, lastAnswers)
		defer cancel()
		_ = p.engine.Answered(last) // about files of earlier calls; otherwise the next call asks
		return errors.Join(err, r.serve(life, handOver, p))
	})
	return errors.Join(err, p.close())
}

// untilTerminated is a context that SIGTERM ends, and an interrupt does not.
func untilTerminated(ctx context.Context) (context.Context, context.CancelFunc) {
	life, end := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	context.AfterFunc(life, end) // the next signal has its usual effect
	return life, end
}

// lastAnswers is how long a command whose files have ended waits for servers to say
// whether they have files of unknown outcome.
const lastAnswers = 10 * time.Second

// drainTime is how long a window that takes the queue waits for uploads under way.
const drainTime = 3 * time.Second

// serve continues for the callers once the own files have ended or were interrupted.
// It returns when the callers' files have ended too, when a window wants the queue,
// or at the next interrupt; then another process takes the queue.
func (r *uploadRun) serve(life context.Context, handOver <-chan struct{}, p *program) error {
	serving, stop := signal.NotifyContext(life, os.Interrupt)
	defer stop()
	if err := p.engine.Own().Stop(serving); err != nil && serving.Err() == nil { // its own transfers that have not ended
		return err
	}
	if n := p.shared.server.Callers(); n > 0 && !isClosed(handOver) && serving.Err() == nil {
		r.u.say(fmt.Sprintf("files of %s are still being sent by this process; Ctrl+C ends it, and they take over", report.Plural(n, "other command")))
	}
	handing, cancel := context.WithCancel(serving)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-handOver:
			cancel()
		case <-handing.Done():
		}
	}()
	p.shared.server.Finish(handing)
	cancel()
	<-watching
	if isClosed(handOver) && serving.Err() == nil {
		drain, cancel := context.WithTimeout(serving, drainTime)
		defer cancel()
		_ = p.engine.Drain(drain) // uploads that take longer are interrupted
		p.shared.server.End(true)
	}
	return nil
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// say prints something about the process, not about a file, for people.
func (u *uploadCommand) say(text string) {
	if !u.quiet {
		_, _ = fmt.Fprintln(u.streams.err, "ingester: "+text) // the stream remembers a failure
	}
}
