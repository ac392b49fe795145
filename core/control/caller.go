package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// caller is a Call of a Client. It lives until the owner or the caller ends it; after
// that all methods return why it ended.
type caller struct {
	client *Client
	path   string
	life   context.Context
	end    context.CancelCauseFunc
	stream errgroup.Group // reads the answer that lasts as long as the call
}

var _ Call = (*caller)(nil)

// Attach begins a call. The call outlives ctx: Stop or Leave ends it.
func (c *Client) Attach(ctx context.Context, t Terms) (Call, error) {
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	a := &caller{client: c, life: life, end: end}
	begun := make(chan error, 2) // reports that the call has begun, and that it has ended
	a.stream.Go(func() error {
		a.listen(t, begun)
		return nil
	})
	var err error
	select {
	case err = <-begun:
	case <-ctx.Done():
		err = stopped(ctx)
	}
	if err != nil {
		a.close(err)
		return nil, err
	}
	return a, nil
}

// listen reads the answer that lasts as long as the call.
func (a *caller) listen(t Terms, begun chan<- error) {
	quiet := newQuiet(func() {
		a.end(running("The process that has the queue (%d) does not answer any more. End it, and give the command again; what is queued stays so.", a.client.Hello.Process))
	})
	defer quiet.stop()
	err := func() error {
		hello, err := json.Marshal(message{Terms: newTerms(t), Last: true})
		if err != nil {
			return err
		}
		r, err := a.client.request(a.life, http.MethodPost, "1/call", bytes.NewReader(hello))
		if err != nil {
			return &Gone{Err: err}
		}
		defer func() { _ = r.Body.Close() }()
		in := newLineReader(r.Body)
		for {
			m, err := in.next(quiet.heard)
			switch {
			case err != nil:
				return &Gone{Err: err}
			case m.Error != nil:
				return m.Error.error()
			case m.Ending:
				return &Gone{HandedOver: m.HandedOver, Err: errors.New("it has said so")}
			case m.Last:
				return &Gone{Err: errors.New("the call has ended")}
			case m.Call != "":
				a.path = "1/call/" + m.Call + "/"
				begun <- nil
			}
		}
	}()
	a.end(err)
	begun <- context.Cause(a.life) // only the first report counts
}

// close ends the call on this side, and waits for listen.
func (a *caller) close(cause error) {
	a.end(cause)
	_ = a.stream.Wait() // returns no errors
}

// ask is Client.ask for the call: it also ends with the call.
func (a *caller) ask(ctx context.Context, what string, send func(*lineWriter), take func(message)) error {
	asking, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(a.life, cancel)() //nolint:contextcheck // the call ends it too
	err := a.client.ask(asking, http.MethodPost, a.path+what, send, take)
	var said *core.Error
	if err == nil || errors.As(err, &said) && a.life.Err() == nil {
		return err
	}
	return a.why(ctx, err)
}

// why returns why a request failed that the owner has not answered.
func (a *caller) why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	return a.ended(err)
}

// ended ends the call because of err, unless it ends by itself, in which case the
// owner's reason is better.
func (a *caller) ended(err error) error {
	wait := time.NewTimer(lastWord)
	defer wait.Stop()
	select {
	case <-a.life.Done():
	case <-wait.C:
	}
	a.end(&Gone{Err: err})
	return context.Cause(a.life)
}

// ids sends IDs, many in each line.
func ids(list []core.TransferID) func(*lineWriter) {
	return func(w *lineWriter) {
		for part := range inLines(list) {
			w.write(message{IDs: part})
		}
	}
}

func naming(profile string) func(*lineWriter) {
	return func(w *lineWriter) { w.write(message{Profile: text(profile)}) }
}

// Submit implements Call.
func (a *caller) Submit(ctx context.Context, sources []core.Source, o core.Options) (got core.Submission, err error) {
	err = a.ask(ctx, "submit", func(w *lineWriter) {
		in := o.Intake
		if in == nil {
			in = &core.Intake{}
		}
		w.write(message{Options: newOptions(o), Drop: &drop{in.Join, text(in.Name)}})
		for part := range inLines(in.Skipped) {
			w.write(message{Skipped: newSkipped(part)})
		}
		for part := range inLines(sources) {
			m := message{Sources: make([]source, len(part))}
			for i, s := range part {
				m.Sources[i] = newSource(s)
			}
			w.write(m)
		}
	}, func(m message) {
		got.Queued = append(got.Queued, m.Queued...)
		got.Already = append(got.Already, transfersOf(m.Already)...)
		got.Stored = append(got.Stored, transfersOf(m.Stored)...)
		if m.Options != nil {
			got.Asked = m.Options.core()
		}
		if m.Drop != nil {
			got.Drop = *m.Drop.core()
		}
	})
	return got, err
}

// Adopt implements Call.
func (a *caller) Adopt(ctx context.Context, list []core.TransferID) (found []core.Transfer, err error) {
	err = a.ask(ctx, "adopt", ids(list), func(m message) { found = append(found, transfersOf(m.Transfers)...) })
	return found, err
}

// Continue implements Call.
func (a *caller) Continue(ctx context.Context, profile string) (list []core.TransferID, err error) {
	err = a.ask(ctx, "continue", naming(profile), func(m message) { list = append(list, m.IDs...) })
	return list, err
}

// Left implements Call.
func (a *caller) Left(ctx context.Context, profile string) (here, elsewhere int, err error) {
	err = a.ask(ctx, "left", naming(profile), func(m message) { here, elsewhere = m.Here, m.Elsewhere })
	return here, elsewhere, err
}

// Resume implements Call.
func (a *caller) Resume(ctx context.Context, list ...core.TransferID) error {
	return a.ask(ctx, "resume", ids(list), nothing)
}

// Retry implements Call.
func (a *caller) Retry(ctx context.Context, list ...core.TransferID) error {
	return a.ask(ctx, "retry", ids(list), nothing)
}

// Ask implements Call.
func (a *caller) Ask(ctx context.Context, list ...core.TransferID) error {
	return a.ask(ctx, "ask", ids(list), nothing)
}

// Finalise implements Call.
func (a *caller) Finalise(ctx context.Context, t core.Transfer, o core.FinaliseOptions, step func(core.Finalisation)) error {
	return a.ask(ctx, "finalise", func(w *lineWriter) {
		w.write(message{IDs: []core.TransferID{t.ID}, Profile: text(t.Options.Profile), Finalise: newWords(o)})
	}, func(m message) {
		if m.Step != nil {
			step(*m.Step)
		}
	})
}

// Stop implements Call.
func (a *caller) Stop(ctx context.Context) error { return a.depart(ctx, "stop") }

// Leave implements Call.
func (a *caller) Leave(ctx context.Context) error { return a.depart(ctx, "leave") }

func (a *caller) depart(ctx context.Context, how string) error {
	if a.life.Err() != nil { // the user of the call knows why already
		a.close(nil)
		return nil
	}
	err := a.ask(ctx, how, func(*lineWriter) {}, nothing)
	a.close(&Gone{Err: errors.New("the call has ended")})
	if IsGone(err) { // then the call has ended as well
		return nil
	}
	return err
}
