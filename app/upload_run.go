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

// uploadRun is the work of one `ingester upload`. It may begin in one process and go
// on in others: the process that owns the queue when it is asked.
type uploadRun struct {
	u       *uploadCommand
	profile core.Profile // as the command line has it
	terms   control.Terms
	cfg     programConfig
	paths   []string

	out     report.Reporter
	options core.Options
	scan    core.Scan
	files   int          // that were found
	begun   time.Time    // of the first Submit
	watch   *watch.Watch // nil until the files are in the queue
	missing bool         // something of the queue was lost
}

// run scans, and then works with whichever process has the queue, until the
// files of this call have ended.
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

// with works with the queue's present owner, or becomes it. A *control.Gone is
// for the next round.
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

// work queues the files and waits until they have ended, or goes on with what
// is left of them.
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
		if err := q.Retry(ctx, others...); err != nil { // those that wait
			return err
		}
	}
	r.watch = watch.New(watch.Config{Out: r.out, Profile: r.profile.Name, Scan: r.scan, SkipOK: r.u.skipOK, Submission: submission, Others: others,
		Persistence: r.u.persistence(r.profile), Say: r.u.say})
	r.scan.Sources = nil // a hundred thousand of them are a lot
	return r.watch.Follow(ctx, q)
}

// submitter is what submit needs of the queue.
type submitter interface {
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
}

// submit queues the files. Where an owner has ended before it answered, it may
// have taken them, and even sent some: those are not asked for again.
func (r *uploadRun) submit(ctx context.Context, q submitter) (core.Submission, error) {
	first := r.begun.IsZero()
	if first {
		r.begun = time.Now()
	}
	if first || !r.options.Again {
		return q.Submit(ctx, r.scan.Sources, r.options)
	}
	gentle := r.options
	gentle.Again = false
	got, err := q.Submit(ctx, r.scan.Sources, gentle)
	if err != nil {
		return got, err
	}
	before := map[string]bool{} // stored by earlier calls: to be sent once more
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
	more, err := q.Submit(ctx, again, r.options)
	got.Queued, got.Already, got.Stored = append(got.Queued, more.Queued...), append(got.Already, more.Already...), append(got.Stored, more.Stored...)
	return got, err
}

// own has this process be the owner of the queue, for its own files and for
// those of other calls that come to it.
func (r *uploadRun) own(ctx context.Context, p *program) error {
	missing, err := p.tellRecovered(ctx, r.out, r.u.streams)
	r.missing = r.missing || missing
	if err != nil {
		return errors.Join(err, p.close())
	}
	p.shared.expect(r.files)
	life, end := untilTerminated(ctx)
	defer end()
	err = p.run(life, func(life context.Context) error {
		working, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		defer context.AfterFunc(life, func() { stop(context.Cause(life)) })()
		yield := make(chan struct{})
		p.shared.onHandOver(func() { // called once, and asked again by who can't wait
			select {
			case <-yield:
			default:
				close(yield)
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
		_ = p.engine.Answered(last) // of what earlier calls left; else the next one asks
		return errors.Join(err, r.serve(life, yield, p))
	})
	return errors.Join(err, p.close())
}

// untilTerminated is a context that outlives an interrupt, but not a signal to
// end at once.
func untilTerminated(ctx context.Context) (context.Context, context.CancelFunc) {
	life, end := signal.NotifyContext(context.WithoutCancel(ctx), syscall.SIGTERM)
	context.AfterFunc(life, end) // the next signal has its usual effect
	return life, end
}

// lastAnswers is how long a command whose files have ended waits for what servers
// say of files of unknown outcome.
const lastAnswers = 10 * time.Second

// drainTime is how long a window waits for uploads that are under way.
const drainTime = 3 * time.Second

// serve goes on for others once the own work is done or interrupted. It returns
// when their work is done too, when a window wants the queue, or at the next
// interrupt: then others take the queue.
func (r *uploadRun) serve(life context.Context, yield <-chan struct{}, p *program) error {
	serving, stop := signal.NotifyContext(life, os.Interrupt)
	defer stop()
	if err := p.engine.Own().Stop(serving); err != nil && serving.Err() == nil { // what it has not ended
		return err
	}
	if n := p.shared.server.Callers(); n > 0 && !isClosed(yield) && serving.Err() == nil {
		r.u.say(fmt.Sprintf("files of %s are still being sent by this process; Ctrl+C ends it, and they take over", report.Plural(n, "other command")))
	}
	handing, cancel := context.WithCancel(serving)
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		select {
		case <-yield:
			cancel()
		case <-handing.Done():
		}
	}()
	p.shared.server.Finish(handing)
	cancel()
	<-watching
	if isClosed(yield) && serving.Err() == nil {
		drain, cancel := context.WithTimeout(serving, drainTime)
		defer cancel()
		_ = p.engine.Drain(drain) // what is still under way then is interrupted
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

// say tells a person something about the process, not about a file.
func (u *uploadCommand) say(text string) {
	if !u.quiet {
		_, _ = fmt.Fprintln(u.streams.err, "ingester: "+text) // the stream remembers a failure
	}
}
