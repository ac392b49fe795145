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
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
	"github.com/artstore/ingester/core/engine"
)

// partingTime is how long an owner may take to stop what a caller had sent.
const partingTime = 30 * time.Second

// job is the work of one `ingester upload`. It may begin in one process and go
// on in others: the process that owns the queue when it is asked.
type job struct {
	u       *uploadCommand
	profile core.Profile // as the command line has it
	terms   control.Terms
	cfg     programConfig
	paths   []string

	out     report.Reporter
	options core.Options
	scan    core.Scan
	files   int       // that were found
	begun   time.Time // of the first Submit
	watch   *watch    // nil until the files are in the queue
	missing bool      // something of the queue was lost
}

// run scans, and then works with whichever process has the queue, until the
// files of this call have ended.
func (j *job) run(ctx context.Context) error {
	var err error
	if j.options, err = j.u.options(j.profile); err != nil {
		return err
	}
	j.out = j.u.reporter(j.paths, j.profile)
	defer j.out.Close()
	if j.scan, err = engine.Scan(ctx, j.paths, func(s core.ScanProgress) { j.out.Scanned(s) }); err != nil {
		return err
	}
	j.files = len(j.scan.Sources)
	j.u.show.Follow(j.scan.Roots)
	var gone *control.Gone
	for {
		err := j.with(ctx, gone)
		if gone = goneOf(err); gone == nil || ctx.Err() != nil {
			return afterRecovery(j.missing, err)
		}
	}
}

// with works with the queue's present owner, or becomes it. A *control.Gone is
// for the next round.
func (j *job) with(ctx context.Context, after *control.Gone) error {
	f, err := join(ctx, j.cfg, after)
	if err != nil {
		return err
	}
	if f.program != nil {
		return j.own(ctx, f.program)
	}
	defer f.owner.Close()
	if j.u.metrics != "" {
		j.u.say("another process has the queue and sends these files: --metrics serves nothing here")
	}
	call, err := f.owner.Attach(ctx, j.terms)
	if err != nil {
		return err
	}
	err = j.work(ctx, call)
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
func (j *job) work(ctx context.Context, q control.Call) error {
	if j.watch != nil {
		if err := j.watch.adopt(ctx, q); err != nil {
			return err
		}
		return j.watch.follow(ctx, q)
	}
	submission, err := j.submit(ctx, q)
	if err != nil {
		return err
	}
	if err := j.u.revive(ctx, q, submission); err != nil {
		return err
	}
	makePermanent(ctx, q, &submission)
	var others []core.TransferID
	if j.u.all {
		if others, err = q.Continue(ctx, j.profile.Name); err != nil {
			return err
		}
		if err := q.Retry(ctx, others...); err != nil { // those that wait
			return err
		}
	}
	j.watch = newWatch(j.out, j.profile.Name, j.scan, j.u.skipOK, submission, others, j.u.persistence(j.profile))
	j.watch.say = j.u.say
	j.scan.Sources = nil // a hundred thousand of them are a lot
	return j.watch.follow(ctx, q)
}

// submitter is what submit needs of the queue.
type submitter interface {
	Submit(ctx context.Context, sources []core.Source, o core.Options) (core.Submission, error)
}

// submit queues the files. Where an owner has ended before it answered, it may
// have taken them, and even sent some: those are not asked for again.
func (j *job) submit(ctx context.Context, q submitter) (core.Submission, error) {
	first := j.begun.IsZero()
	if first {
		j.begun = time.Now()
	}
	if first || !j.options.Again {
		return q.Submit(ctx, j.scan.Sources, j.options)
	}
	gentle := j.options
	gentle.Again = false
	got, err := q.Submit(ctx, j.scan.Sources, gentle)
	if err != nil {
		return got, err
	}
	before := map[string]bool{} // stored by earlier calls: to be sent once more
	got.Stored = slices.DeleteFunc(got.Stored, func(t core.Transfer) bool {
		old := t.QueuedAt.Before(j.begun)
		before[t.Source.Path] = before[t.Source.Path] || old
		return old
	})
	var again []core.Source
	for _, src := range j.scan.Sources {
		if before[src.Path] {
			again = append(again, src)
		}
	}
	if len(again) == 0 {
		return got, nil
	}
	more, err := q.Submit(ctx, again, j.options)
	got.Queued, got.Already, got.Stored = append(got.Queued, more.Queued...), append(got.Already, more.Already...), append(got.Stored, more.Stored...)
	return got, err
}

// own has this process be the owner of the queue, for its own files and for
// those of other calls that come to it.
func (j *job) own(ctx context.Context, p *program) error {
	missing, err := p.tellRecovered(ctx, j.out, j.u.streams)
	j.missing = j.missing || missing
	if err != nil {
		return errors.Join(err, p.close())
	}
	p.desk.expect(j.files)
	life, end := untilTerminated(ctx)
	defer end()
	err = p.run(life, func(life context.Context) error {
		working, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		defer context.AfterFunc(life, func() { stop(context.Cause(life)) })()
		yield := make(chan struct{})
		p.desk.onYield(func() { // called once, and asked again by who can't wait
			select {
			case <-yield:
			default:
				close(yield)
				stop(yielded())
			}
		})
		if err := p.serveMetrics(life, j.u.metricsAddress(j.profile)); err != nil {
			return err
		}
		p.services.start(p.engine.Run)
		err := j.work(working, p.engine.Own())
		last, cancel := context.WithTimeout(working, lastAnswers)
		defer cancel()
		_ = p.engine.Answered(last) // of what earlier calls left; else the next one asks
		return errors.Join(err, j.serve(life, yield, p))
	})
	return errors.Join(err, p.close())
}

// yielded is why work ends here, for a window to have the queue.
func yielded() error {
	return &control.Gone{HandedOver: true, Err: errors.New("a window has asked for the queue")}
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
func (j *job) serve(life context.Context, yield <-chan struct{}, p *program) error {
	serving, stop := signal.NotifyContext(life, os.Interrupt)
	defer stop()
	if err := p.engine.Own().Stop(serving); err != nil && serving.Err() == nil { // what it has not ended
		return err
	}
	if n := p.desk.server.Callers(); n > 0 && !isClosed(yield) && serving.Err() == nil {
		j.u.say(fmt.Sprintf("files of %s are still being sent by this process; Ctrl+C ends it, and they take over", report.Plural(n, "other command")))
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
	p.desk.server.Finish(handing)
	cancel()
	<-watching
	if isClosed(yield) && serving.Err() == nil {
		drain, cancel := context.WithTimeout(serving, drainTime)
		defer cancel()
		_ = p.engine.Drain(drain) // what is still under way then is interrupted
		p.desk.server.End(true)
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
