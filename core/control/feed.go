package control

import (
	"context"
	"net/http"

	"golang.org/x/sync/errgroup"

	"github.com/artstore/ingester/core"
)

// feed is the caller's end of a Feed.
type feed struct {
	a       *caller
	lines   *lineReader
	ctx     context.Context // the request's
	stop    func()          // ends it
	news    chan core.Update
	reading errgroup.Group // runs follow
	refused error          // why there never was a feed
	err     error          // why the feed has ended; valid once news is closed
}

// Subscribe implements Call. If the owner can't be asked, the feed returns why.
func (a *caller) Subscribe() (core.Snapshot, core.Feed) {
	ctx, cancel := context.WithCancel(a.life)
	f := &feed{a: a, ctx: ctx, stop: cancel, news: make(chan core.Update)}
	r, err := a.client.request(ctx, http.MethodGet, a.path+"feed", nil) //nolint:bodyclose // Close does
	if err != nil {
		f.refused = a.why(context.WithoutCancel(a.life), err)
		close(f.news)
		return core.Snapshot{}, f
	}
	f.stop = func() { cancel(); _ = r.Body.Close() }
	f.lines = newLineReader(r.Body)
	u, err := f.read()
	if err != nil {
		f.refused = a.why(context.WithoutCancel(a.life), err)
		close(f.news)
		return core.Snapshot{}, f
	}
	f.reading.Go(func() error {
		f.follow()
		return nil
	})
	return core.Snapshot{Transfers: u.Changed, Paused: u.Paused, Halt: u.Halt, Waits: u.Waits}, f
}

// follow reads until the feed ends. Updates that Next has not fetched yet stay with the
// owner, which keeps the newest value of each transfer.
func (f *feed) follow() {
	defer close(f.news)
	for {
		u, err := f.read()
		if err != nil {
			f.err = err
			return
		}
		select {
		case f.news <- u:
		case <-f.ctx.Done():
			f.err = context.Cause(f.ctx)
			return
		}
	}
}

// read reads one update, which may have many lines.
func (f *feed) read() (u core.Update, err error) {
	for {
		m, err := f.lines.next(func() {})
		switch {
		case err != nil:
			return u, err
		case m.Last && m.Error != nil:
			return u, m.Error.error()
		case m.Last:
			return u, errCutOff // the engine has ended
		}
		u.Changed = append(u.Changed, transfersOf(m.Transfers)...)
		u.Removed = append(u.Removed, m.Removed...)
		if m.State != nil {
			u.Paused, u.Halt, u.Waits = m.State.Paused, m.State.Halt.error(), m.State.waits()
			return u, nil
		}
	}
}

// Next implements core.Feed.
func (f *feed) Next(ctx context.Context) (core.Update, error) {
	select {
	case u, ok := <-f.news:
		switch {
		case ok:
			return u, nil
		case f.refused != nil:
			return core.Update{}, f.refused
		}
		return core.Update{}, f.a.ended(f.err)
	case <-ctx.Done():
		return core.Update{}, ctx.Err()
	}
}

// Err returns why there never was a feed, nil if there was one.
func (f *feed) Err() error { return f.refused }

// Close implements core.Feed.
func (f *feed) Close() {
	f.stop()
	_ = f.reading.Wait() // returns no errors
}
